"""Checks k8s/, the Dockerfile and what docs/operations.md says about them, without a cluster and without a Docker engine.

    python3 Tests/Manifests/check.py                       # needs PyYAML; promtool and kubectl are used where they are
    python3 Tests/Manifests/check.py --weir .build/debug/weir   # also has weir check each gateway.yaml of k8s/

Every rule is checked twice: the manifests keep it, and a manifest that was spoilt in one place is found out.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

import dockerfile
import rendering
from results import Results

ROOT = Path(__file__).resolve().parents[2]

DOCKERFILE_SPOILERS = {
    "root": ("USER 10001:10001", "USER 0"),
    "a named user": ("USER 10001:10001", "USER weir"),
    "latest": ("debian:bookworm-slim", "debian:latest"),
    "no tag": ("debian:bookworm-slim", "debian"),
    "a shell entrypoint": ('ENTRYPOINT ["/usr/local/bin/weir"]', "ENTRYPOINT /usr/local/bin/weir"),
    "a shell command": ('CMD ["serve", "--config", "/etc/weir/gateway.yaml"]', "CMD serve"),
    "a shell health check": ('CMD ["/usr/local/bin/weir", "health"]', "CMD weir health"),
    "curl for the run": ("libcurl4 libhiredis0.14", "libcurl4 curl libhiredis0.14"),
    "recommended packages": ("--yes --no-install-recommends ca", "--yes ca"),
    "a build of its own": ("RUN WEIR_REVISION=${REVISION} .ci/release ${HOW} ", "RUN swift build -c release "),
    "files from outside": ("COPY --from=build /out/weir", "COPY config/gateway.yaml"),
}


def check_dockerfile(results):
    text = (ROOT / "Dockerfile").read_text()
    results.check("the Dockerfile keeps the rules", dockerfile.problems(text) + dockerfile.copied_sources_missing(text, ROOT))
    for spoiler, (old, new) in DOCKERFILE_SPOILERS.items():
        spoilt = text.replace(old, new)
        is_found = spoilt != text and dockerfile.problems(spoilt)
        results.check(f"a Dockerfile with {spoiler} is found out", [] if is_found else ["it was not"])
    release = (ROOT / ".ci/release").read_text()
    results.check("the Swift libraries are linked in", [] if re.search(r"^flags=\(.* --static-swift-stdlib ", release, re.M) else [".ci/release leaves them outside"])
    ignore = (ROOT / ".dockerignore").read_text()
    results.check(".dockerignore lets in what is built and nothing else", dockerfile.ignore_problems(ignore))
    results.check("an empty .dockerignore is found out", [] if dockerfile.ignore_problems("") else ["it was not"])


def rules():
    return yaml.safe_load((ROOT / "k8s/components/monitoring/alerts.yaml").read_text())["spec"]


def check_alerts(results):
    text = (ROOT / "docs/operations.md").read_text()
    documented = set(re.findall(r"`((?:weir|process)_[a-z_]+)", text))
    anchors = {re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in text.splitlines() if line.startswith("#")}
    for rule in rules()["groups"][0]["rules"]:
        used = set(re.findall(r"\b((?:weir|process)_[a-z_]+)", rule["expr"]))
        found = [f"{name} is not in docs/operations.md" for name in used - documented]
        annotations = rule["annotations"]
        found += [f"no {name}" for name in ("summary", "description", "runbook") if name not in annotations]
        page, _, anchor = annotations["runbook"].partition("#")
        if page != "docs/operations.md" or anchor not in anchors:
            found.append(f"there is no section {annotations['runbook']}")
        if rule["labels"].get("severity") not in ("critical", "warning", "info"):
            found.append("no severity")
        results.check(f"the alert {rule['alert']} can be acted on", found)


def check_alert_expressions(results):
    if not shutil.which("promtool"):
        results.skip("the alerts' unit tests", "no promtool (Debian package prometheus)")
        return
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "rules.yaml").write_text(yaml.safe_dump(rules()))
        shutil.copy(ROOT / "Tests/Manifests/alerts.test.yaml", folder)
        for command in (["check", "rules", "rules.yaml"], ["test", "rules", "alerts.test.yaml"]):
            done = subprocess.run(["promtool", *command], cwd=folder, capture_output=True, text=True)
            results.check("promtool " + " ".join(command), [] if done.returncode == 0 else [done.stdout + done.stderr])


def check_configs(results, weir):
    """The files that the manifests carry, by the gateway's own check. Their secrets are not here."""
    for path in [ROOT / "k8s/components/sidecar/gateway.yaml", ROOT / "k8s/overlays/standalone/gateway.yaml"]:
        done = subprocess.run([weir, "check", "--without-secrets", str(path)], capture_output=True, text=True)
        results.check(f"weir check {path.relative_to(ROOT)}", [] if done.returncode == 0 else [done.stdout + done.stderr])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", metavar="BINARY", help="the gateway, to check the files that the manifests carry")
    arguments = parser.parse_args()
    results = Results()
    if arguments.weir:
        check_configs(results, arguments.weir)
    check_dockerfile(results)
    check_alerts(results)
    check_alert_expressions(results)
    rendering.check(results)
    print(f"{results.passed} passed, {results.failed} failed, {results.skipped} skipped")
    return 1 if results.failed else 0


if __name__ == "__main__":
    sys.exit(main())
