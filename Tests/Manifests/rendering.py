"""Checks what the kustomizations of k8s/ render to, each whole and spoilt in one place."""

import copy
import functools
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

import kustomize
import manifests
from results import Results

ROOT = Path(__file__).resolve().parents[2]
KUSTOMIZATIONS = {"base": ROOT / "k8s/base", "standalone": ROOT / "k8s/overlays/standalone"}

FOREIGN_APP = """
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      initContainers: [{ name: migrate, image: "shop:1" }]
      containers: [{ name: shop, image: "shop:1", volumeMounts: [{ name: data, mountPath: /data }] }]
      volumes: [{ name: data, emptyDir: {} }]
"""

OWN_CONFIG = "version: 1  # the app's own\n"


@functools.cache
def kubectl_renders():
    """Whether there is a kubectl that knows components: one that tells the version of its kustomize."""
    if not shutil.which("kubectl"):
        return False
    return "kustomizeVersion" in subprocess.run(["kubectl", "version", "--client", "--output=json"], capture_output=True, text=True).stdout


def rendered(results, name, folder):
    """The objects of a kustomization. Where kubectl is, it has to agree."""
    objects = kustomize.render(folder)
    if kubectl_renders():
        done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True)
        theirs = [thing for thing in yaml.safe_load_all(done.stdout) if thing]
        same = done.returncode == 0 and sorted(map(identity, theirs)) == sorted(map(identity, objects))
        results.check(f"kubectl renders {name} as these checks do", [] if same else [done.stderr or done.stdout])
    return objects


def identity(thing):
    """Two objects that say the same have the same one."""
    return json.dumps(thing, sort_keys=True)


def renders(folder):
    """Whether it can be rendered at all, by kubectl too where it is."""
    try:
        rendered(Results(), folder, folder)
        return True
    except kustomize.KustomizeError:
        return False


def lay_out(folder, *names):
    """A Deployment of somebody else's with components of ours."""
    paths = [os.path.relpath(ROOT / "k8s/components" / name, os.path.realpath(folder)) for name in names]
    Path(folder, "my-app.yaml").write_text(FOREIGN_APP)
    Path(folder, "kustomization.yaml").write_text(yaml.safe_dump({"resources": ["my-app.yaml"], "components": paths}))
    return Path(folder)


def lay_out_readme(folder):
    """The kustomizations that k8s/README.md writes out, as they stand there; the last is the one to apply."""
    blocks = re.findall(r"```yaml\n# (\S*)kustomization\.yaml\n(.*?)```", (ROOT / "k8s/README.md").read_text(), re.DOTALL)
    for name, text in blocks:
        each = Path(folder, name)
        each.mkdir(exist_ok=True)
        (each / "kustomization.yaml").write_text(text.replace("<path>", os.path.relpath(ROOT, os.path.realpath(each))))
        (each / "my-app.yaml").write_text(FOREIGN_APP)
        (each / "gateway.yaml").write_text(OWN_CONFIG)
    return each


def check_component(results):
    with tempfile.TemporaryDirectory() as folder:
        objects = rendered(results, "the sidecar beside somebody else's app", lay_out(folder, "sidecar", "monitoring"))
    found = manifests.problems(objects, foreign_pod=True)
    pod = manifests.of_kind(objects, "Deployment")[0]["spec"]["template"]["spec"]
    if [c["name"] for c in pod["initContainers"]] != ["weir", "migrate"]:
        found.append("weir does not start before the app's own init containers")
    if {v["name"] for v in pod["volumes"]} != {"data", "weir"} or pod["containers"][0]["volumeMounts"] != [{"name": "data", "mountPath": "/data"}]:
        found.append("the app's own volumes are not as they were")
    if set(pod) != {"initContainers", "containers", "volumes"}:
        found.append("the component changes the pod's own settings")
    results.check("the sidecar component fits any Deployment", found)


def check_readme(results):
    with tempfile.TemporaryDirectory() as folder:
        objects = rendered(results, "k8s/README.md", lay_out_readme(folder))
    found = manifests.problems(objects, foreign_pod=True)
    if [(each["metadata"]["name"], each["data"]) for each in manifests.of_kind(objects, "ConfigMap")] != [("weir-config", {"gateway.yaml": OWN_CONFIG})]:
        found.append("the one ConfigMap is not the gateway.yaml of one's own, under the name that is mounted")
    results.check("k8s/README.md adds Weir, with a gateway.yaml of one's own", found)
    with tempfile.TemporaryDirectory() as folder:
        one = lay_out(folder, "sidecar") / "kustomization.yaml"
        (one.parent / "gateway.yaml").write_text(OWN_CONFIG)
        generator = {"name": "weir-config", "behavior": "replace", "files": ["gateway.yaml"]}
        one.write_text(yaml.safe_dump({**yaml.safe_load(one.read_text()), "configMapGenerator": [generator]}))
        results.check("one layer that replaces what its component makes is found out", ["it was not"] if renders(one.parent) else [])


SPOILERS = {
    "root user": lambda c, p: c["securityContext"].update(runAsUser=0),
    "writable root": lambda c, p: c["securityContext"].pop("readOnlyRootFilesystem"),
    "escalation": lambda c, p: c["securityContext"].update(allowPrivilegeEscalation=True),
    "a capability kept": lambda c, p: c["securityContext"].update(capabilities={"drop": ["ALL"], "add": ["NET_ADMIN"]}),
    "no seccomp": lambda c, p: c["securityContext"].pop("seccompProfile"),
    "no limits": lambda c, p: c["resources"].pop("limits"),
    "latest": lambda c, p: c.update(image="weir:latest"),
    "no tag": lambda c, p: c.update(image="registry.example.com/weir"),
    "no startup probe": lambda c, p: c.pop("startupProbe"),
    "liveness that looks at readiness": lambda c, p: c["livenessProbe"]["httpGet"].update(path="/readyz"),
    "a probe of the app's port": lambda c, p: c["readinessProbe"]["httpGet"].update(port=8000),
    "subPath": lambda c, p: c["volumeMounts"][0].update(subPath="gateway.yaml"),
    "a shell": lambda c, p: c.update(command=["sh", "-c", "weir serve"]),
    "token": lambda c, p: p.pop("automountServiceAccountToken"),
    "grace too short": lambda c, p: p.update(terminationGracePeriodSeconds=10),
    "a key that is not mounted": lambda c, p: p["volumes"][0]["projected"]["sources"][1]["secret"].update(items=[]),
    "another ConfigMap": lambda c, p: p["volumes"][0]["projected"]["sources"][0]["configMap"].update(name="weir-config-abc123"),
}


def check_kustomizations(results):
    for name, folder in KUSTOMIZATIONS.items():
        objects = rendered(results, name, folder)
        results.check(f"{name} keeps the rules", manifests.problems(objects))
        if name == "standalone":
            results.check("standalone has what replicas need", manifests.standalone_problems(objects))
        for spoiler, spoil in SPOILERS.items():
            spoilt = copy.deepcopy(objects)
            pod = manifests.of_kind(spoilt, "Deployment")[0]["spec"]["template"]["spec"]
            spoil(manifests.weir_container(pod)[0], pod)
            results.check(f"{name} with {spoiler} is found out", [] if manifests.problems(spoilt) else ["it was not"])


def check(results):
    check_kustomizations(results)
    check_component(results)
    check_readme(results)
    if not kubectl_renders():
        print("note: no kubectl of 1.24 or later, which would say whether it renders the same")
