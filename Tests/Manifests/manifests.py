"""What every rendered manifest has to keep to. Objects in, sentences about broken rules out."""

import re

import yaml

QUANTITIES = {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"cpu": "500m", "memory": "512Mi"}}
PROBES = {"startupProbe": "/readyz", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
ADMIN_PORT = 9901
CONFIG_FOLDER = "/etc/weir"


def of_kind(objects, kind):
    return [thing for thing in objects if thing["kind"] == kind]


def weir_container(pod):
    """The container named weir, and whether it is a sidecar."""
    for name in ("initContainers", "containers"):
        for container in pod.get(name, []):
            if container["name"] == "weir":
                return container, name == "initContainers"
    return None, False


def seconds(duration):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h|d)", duration).groups()
    return int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}[unit]


def container_problems(container, is_sidecar):
    found = []

    def need(condition, sentence):
        if not condition:
            found.append(sentence)

    security = container.get("securityContext", {})
    need(security.get("runAsNonRoot") is True, "runAsNonRoot is not true")
    need(security.get("runAsUser") == 10001, "runAsUser is not 10001")
    need(security.get("readOnlyRootFilesystem") is True, "the root file system can be written")
    need(security.get("allowPrivilegeEscalation") is False, "allowPrivilegeEscalation is not false")
    need(security.get("capabilities") == {"drop": ["ALL"]}, "not every capability is dropped")
    need(security.get("seccompProfile") == {"type": "RuntimeDefault"}, "seccomp is not RuntimeDefault")
    need("privileged" not in security, "privileged is named")
    need(container.get("resources") == QUANTITIES, f"resources are not {QUANTITIES}")
    need((container.get("restartPolicy") == "Always") == is_sidecar, "restartPolicy: Always is what makes a sidecar")
    need(not {"command", "args"} & set(container), "the image's own command is what starts weir")
    tag = container["image"].rpartition(":")[2]
    need(":" in container["image"] and tag != "latest", "the image has no fixed tag")

    ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
    need(ports.get("weir-admin") == ADMIN_PORT, f"no port weir-admin {ADMIN_PORT}")
    need(all(len(name) <= 15 for name in ports), "a port's name is longer than 15 characters")
    for probe, path in PROBES.items():
        target = container.get(probe, {}).get("httpGet", {})
        need(target.get("path") == path, f"{probe} does not ask {path}")
        need(target.get("port") == "weir-admin", f"{probe} does not ask the admin port")
    need(container.get("startupProbe", {}).get("periodSeconds") == 1, "the app waits for startupProbe, so it has to be quick")

    mounts = container.get("volumeMounts", [])
    need([m["mountPath"] for m in mounts] == [CONFIG_FOLDER], f"{CONFIG_FOLDER} is not the one mount")
    need(all("subPath" not in mount for mount in mounts), "a subPath mount never sees a change")
    need(all(mount.get("readOnly") for mount in mounts), "a mount can be written")
    return found


def volume_problems(pod, objects):
    found = []
    volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
    sources = volumes.get("weir", {}).get("projected", {}).get("sources", [])
    maps = [source["configMap"]["name"] for source in sources if "configMap" in source]
    secrets = [source["secret"] for source in sources if "secret" in source]
    rendered = {thing["metadata"]["name"]: thing for thing in of_kind(objects, "ConfigMap")}
    if maps != ["weir-config"]:
        found.append("the ConfigMap weir-config, without a hash in its name, is not what is mounted")
    elif "gateway.yaml" not in rendered.get("weir-config", {}).get("data", {}):
        found.append("the ConfigMap has no gateway.yaml")
    else:
        found += config_problems(rendered["weir-config"]["data"]["gateway.yaml"], pod, secrets)
    if of_kind(objects, "Secret"):
        found.append("a Secret is among the manifests")
    return found


def config_problems(text, pod, secrets):
    """What of gateway.yaml has to agree with the manifests around it. `weir check` judges the rest."""
    found = []
    config = yaml.safe_load(text)
    container, is_sidecar = weir_container(pod)
    listen = "127.0.0.1:8000" if is_sidecar else "0.0.0.0:8000"
    if config["listen"]["address"] != listen:
        found.append(f"listen.address is not {listen}")
    if config["admin"]["address"] != f"0.0.0.0:{ADMIN_PORT}":
        found.append("probes do not reach the admin address")
    if is_sidecar is False and any(route.get("authn", {}).get("anonymous") for route in config["routes"]):
        found.append("a gateway that other pods reach lets in requests without a key")
    wait = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    if seconds(config["drain"]) + wait + 5 > pod.get("terminationGracePeriodSeconds", 30):
        found.append("drain does not end within terminationGracePeriodSeconds")
    mounted = {f"{CONFIG_FOLDER}/{item['path']}" for secret in secrets for item in secret.get("items", [])}
    named = set(re.findall(r"\$\{file:([^}]+)\}", text))
    if named != mounted:
        found.append(f"files named in gateway.yaml are not those mounted: {sorted(named ^ mounted)}")
    if re.search(r"sk-|sha256:[0-9a-f]", text):
        found.append("a key is in the ConfigMap")
    return found


def problems(objects, *, foreign_pod=False):
    """All broken rules of one kustomization. `foreign_pod`: the pod's own settings are its owner's."""
    found = []
    deployments = of_kind(objects, "Deployment")
    if not deployments:
        return ["there is no Deployment"]
    for deployment in deployments:
        pod = deployment["spec"]["template"]["spec"]
        container, is_sidecar = weir_container(pod)
        if container is None:
            found.append(f"{deployment['metadata']['name']} has no container weir")
            continue
        found += container_problems(container, is_sidecar)
        found += volume_problems(pod, objects) if not foreign_pod else []
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        if labels.get("weir-role") != ("sidecar" if is_sidecar else "standalone"):
            found.append("the pod has no weir-role, so nothing scrapes it")
        if not foreign_pod:
            if pod.get("automountServiceAccountToken") is not False:
                found.append("the service account's token is mounted")
            if pod.get("securityContext", {}).get("runAsNonRoot") is not True:
                found.append("the pod may run as root")
        selector = deployment["spec"]["selector"]["matchLabels"]
        if not selector.items() <= labels.items():
            found.append("the Deployment does not select its own pods")
    return found


def standalone_problems(objects):
    """What several replicas behind a Service need besides."""
    found = []
    deployment = of_kind(objects, "Deployment")[0]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    if deployment["spec"].get("replicas") != 3:
        found.append("there are not three replicas")
    services, budgets = of_kind(objects, "Service"), of_kind(objects, "PodDisruptionBudget")
    policies = of_kind(objects, "NetworkPolicy")
    if len(services) != 1 or not services[0]["spec"]["selector"].items() <= labels.items():
        found.append("no Service selects the pods")
    elif any(port["port"] != 8000 for port in services[0]["spec"]["ports"]):
        found.append("the Service lets callers reach more than port 8000")
    if len(budgets) != 1 or not budgets[0]["spec"]["selector"]["matchLabels"].items() <= labels.items():
        found.append("no PodDisruptionBudget holds for the pods")
    if len(policies) != 1 or set(policies[0]["spec"]["policyTypes"]) != {"Ingress", "Egress"}:
        found.append("no NetworkPolicy bounds the pods both ways")
    return found
