"""What the Dockerfile has to keep to, read from its instructions: there need be no Docker engine."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

RUNTIME_PACKAGES = {"ca-certificates", "libcurl4", "libhiredis0.14", "libmimalloc2.0", "libyaml-0-2", "tzdata", "zlib1g"}
KNOWN = {
    "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "RUN", "STOPSIGNAL", "USER", "WORKDIR",
}


@dataclass
class Stage:
    image: str
    name: str
    instructions: list  # (instruction, arguments)

    def all(self, instruction):
        return [arguments for name, arguments in self.instructions if name == instruction]

    def last(self, instruction):
        found = self.all(instruction)
        return found[-1] if found else None


def parse(text):
    """The stages of a Dockerfile. Comments go, continued lines are joined."""
    lines, pending = [], ""
    for line in text.splitlines():
        if line.lstrip().startswith("#") or (not line.strip() and not pending):
            continue
        pending += line.rstrip()
        if pending.endswith("\\"):
            pending = pending[:-1] + " "
        else:
            lines.append(pending.strip())
            pending = ""
    stages = []
    for line in lines:
        name, _, arguments = line.partition(" ")
        name, arguments = name.upper(), arguments.strip()
        if name not in KNOWN:
            raise ValueError(f"unknown instruction: {line}")
        if name == "FROM":
            words = arguments.split()
            stages.append(Stage(words[0], words[2] if len(words) == 3 and words[1].upper() == "AS" else "", []))
        elif not stages:
            raise ValueError(f"before the first FROM: {line}")
        else:
            stages[-1].instructions.append((name, arguments))
    return stages


def is_exec_form(arguments):
    try:
        words = json.loads(arguments)
    except ValueError:
        return False
    return isinstance(words, list) and all(isinstance(word, str) for word in words)


def installed_packages(stage):
    packages = set()
    for run in stage.all("RUN"):
        for command in re.split(r"&&|;", run):
            words = shlex.split(command)
            if words[:2] == ["apt-get", "install"]:
                packages |= {word for word in words[2:] if not word.startswith("-")}
    return packages


def problems(text):
    """Every rule that the Dockerfile breaks, as a sentence."""
    try:
        stages = parse(text)
    except ValueError as error:
        return [str(error)]
    found = []

    def need(condition, sentence):
        if not condition:
            found.append(sentence)

    names = {stage.name for stage in stages}
    for stage in stages:
        tag = stage.image.rpartition(":")[2] if ":" in stage.image else ""
        need(stage.image in names or (tag and tag != "latest"), f"{stage.image} has no fixed tag")
        for run in stage.all("RUN"):
            if "apt-get install" in run:
                need("--no-install-recommends" in run, "apt-get install takes recommended packages along")
                need("rm -rf /var/lib/apt/lists" in run, "apt's lists stay in the layer")
        need(not stage.all("ENV") or not re.search(r"key|token|secret|password", " ".join(stage.all("ENV")), re.I), "a secret in ENV")

    need(len(stages) >= 2, "there is one stage only: the tool chain would be in the image")
    build, final = stages[0], stages[-1]
    need(build.image.startswith("swift:6.3") and build.image.endswith("bookworm"), "the build stage is not swift:6.3-bookworm")
    need(final.image == "debian:bookworm-slim", "the image that runs is not debian:bookworm-slim")
    builds = " ".join(build.all("RUN"))
    need(".ci/release ${HOW}" in builds and "HOW=" in build.all("ARG"), "the image is not built as make release builds")
    need("strip " in builds, "the binary is not stripped")
    need(installed_packages(final) == RUNTIME_PACKAGES, f"packages that run: {sorted(installed_packages(final))}")
    need(all("--from=" in copy for copy in final.all("COPY")), "the image that runs takes files from outside the build")

    user = (final.last("USER") or "").split(":")[0]
    need(user.isdigit() and int(user) > 0, "USER is not a number above 0")
    for instruction in ("ENTRYPOINT", "CMD"):
        need(is_exec_form(final.last(instruction) or ""), f"{instruction} is not in exec form")
    need((final.last("ENTRYPOINT") or "").startswith('["/'), "ENTRYPOINT is not an absolute path")
    need(is_exec_form((final.last("HEALTHCHECK") or "").partition("CMD ")[2]), "HEALTHCHECK has no CMD in exec form")
    need(set((final.last("EXPOSE") or "").split()) == {"8000", "9901"}, "EXPOSE is not 8000 9901")
    need("org.opencontainers.image.version" in (final.last("LABEL") or ""), "no version label")
    return found


def ignored(patterns, path):
    """Whether .dockerignore keeps a path out: the last pattern that matches it, or a folder above it, decides."""
    parts = path.split("/")
    above = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    result = False
    for pattern in patterns:
        expression = re.escape(pattern.lstrip("!")).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(expression, folder) for folder in above):
            result = not pattern.startswith("!")
    return result


def ignore_problems(text):
    patterns = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = []
    for path in ("Package.swift", "Package.resolved", "Sources/weir/main.swift", "Tests/HTTPWireTests/A.swift", "Tests/Bench/profile", ".ci/release"):
        if ignored(patterns, path):
            found.append(f".dockerignore keeps {path} out")
    for path in (".git/config", ".build/debug/weir", ".env", ".ci/run", "openai.key", "Sources/x.key", "Sources/.build/a", "docs/a.md", "k8s/base/app.yaml"):
        if not ignored(patterns, path):
            found.append(f".dockerignore lets {path} in")
    return found


def copied_sources_missing(text, root: Path):
    """COPY sources that do not exist; a pattern may match nothing."""
    return [
        f"COPY {source}: there is no such path"
        for stage in parse(text)
        for copy in stage.all("COPY")
        if "--from=" not in copy
        for source in copy.split()[:-1]
        if "[" not in source and not (root / source).exists()
    ]
