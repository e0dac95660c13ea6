"""What k8s/ uses of kustomize, in its order: resources, generators, components, and then patches, labels and images.

A field that it does not know is an error, and so is whatever kustomize itself refuses here. Where kubectl is installed, check.py compares the two.
"""

import copy
from pathlib import Path

import yaml

KNOWN = {"apiVersion", "kind", "resources", "components", "configMapGenerator", "patches", "labels", "images"}
# What the elements of these lists are told apart by. Any other list is replaced as a whole.
KEYS = {"containers": "name", "initContainers": "name", "volumes": "name", "env": "name", "ports": "containerPort", "volumeMounts": "mountPath"}


class KustomizeError(Exception):
    pass


def render(folder):
    """The objects of the kustomization in this folder."""
    return _accumulate(Path(folder).resolve(), [])


def _accumulate(folder, objects):
    what = yaml.safe_load((folder / "kustomization.yaml").read_text())
    unknown = set(what) - KNOWN
    if unknown:
        raise KustomizeError(f"{folder}: this small renderer does not know {sorted(unknown)}")
    for name in what.get("resources", []):
        for thing in _accumulate(folder / name, []) if (folder / name).is_dir() else _read(folder / name):
            if _find(objects, thing["kind"], thing["metadata"]["name"]):
                raise KustomizeError(f"{folder}: {_id(thing)} is there already")
            objects.append(thing)
    for generator in what.get("configMapGenerator", []):
        _generate(generator, folder, objects)
    for name in what.get("components", []):
        _accumulate(folder / name, objects)
    for patch in what.get("patches", []):
        _patch(patch, folder, objects)
    for label in what.get("labels", []):
        _label(label, objects)
    for image in what.get("images", []):
        _replace_image(image, objects)
    return objects


def _read(path):
    return [thing for thing in yaml.safe_load_all(path.read_text()) if thing]


def _id(thing):
    return f"{thing['kind']} {thing['metadata']['name']}"


def _find(objects, kind, name):
    return next((thing for thing in objects if thing["kind"] == kind and thing["metadata"]["name"] == name), None)


def _generate(generator, folder, objects):
    data = {Path(file).name: (folder / file).read_text() for file in generator["files"]}
    there = _find(objects, "ConfigMap", generator["name"])
    behavior = generator.get("behavior", "create")
    if behavior == "create":
        if there:
            raise KustomizeError(f"{folder}: {_id(there)} is there already")
        if not generator.get("options", {}).get("disableNameSuffixHash"):
            raise KustomizeError(f"{folder}: this small renderer computes no hash for a name")
        objects.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": generator["name"]}, "data": data})
    elif behavior != "replace":
        raise KustomizeError(f"{folder}: this small renderer does not know {behavior}")
    elif not there:
        raise KustomizeError(f"{folder}: ConfigMap {generator['name']} does not exist; cannot replace")
    else:
        there["data"] = data  # whether its name has a hash stays as it was


def _patch(patch, folder, objects):
    if set(patch) != {"path", "target"} or set(patch["target"]) != {"kind"}:
        raise KustomizeError(f"{folder}: this small renderer patches whole kinds from files")
    content = {name: value for name, value in yaml.safe_load((folder / patch["path"]).read_text()).items() if name != "metadata"}
    for thing in objects:
        if thing["kind"] == patch["target"]["kind"]:
            _merge(thing, content)


def _merge(into, patch):
    """A strategic merge. Elements that are new go before those that were there."""
    for name, value in patch.items():
        old = into.get(name)
        if isinstance(value, dict) and isinstance(old, dict):
            _merge(old, value)
        elif isinstance(value, list) and isinstance(old, list) and name in KEYS:
            _merge_lists(old, value, KEYS[name])
        else:
            into[name] = copy.deepcopy(value)


def _merge_lists(into, patch, key):
    there = {element[key]: element for element in into}
    for element in patch:
        if element[key] in there:
            _merge(there[element[key]], element)
    into[:0] = [copy.deepcopy(element) for element in patch if element[key] not in there]


def _label(label, objects):
    if set(label) != {"pairs"}:
        raise KustomizeError("this small renderer puts labels on objects alone")
    for thing in objects:
        thing["metadata"]["labels"] = {**thing["metadata"].get("labels", {}), **label["pairs"]}


def _replace_image(image, objects):
    for thing in objects:
        pod = thing.get("spec", {}).get("template", {}).get("spec", {})
        for container in pod.get("initContainers", []) + pod.get("containers", []):
            name, _, tag = container["image"].rpartition(":")
            if name == image["name"]:
                container["image"] = f"{image.get('newName', name)}:{image.get('newTag', tag)}"
