"""Writes what `docker compose` applies to its cluster: the manifests with the images in them, and Flink's definitions.

manifests.py definitions JAR FILE    the operator's custom resource definitions, out of the operator's own jar
manifests.py render FOLDER...        all *.yaml of the folders; $NAME in them comes from the environment
"""

from __future__ import annotations

import hashlib
import os
import re
import string
import sys
import zipfile
from pathlib import Path
from typing import Any

import yaml

IN_JAR = "META-INF/fabric8/"
TARGET = "MANIFESTS"
"""Names the folder that `render` writes definitions.yaml and workloads.yaml to."""

DEFINITIONS = "FLINK_DEFINITIONS"
"""Names the file that `definitions` wrote."""

PATHS = {"specReplicasPath", "statusReplicasPath"}
"""Kubernetes demands both of a `scale`."""

NAME = re.compile(r"\$[A-Z_]+")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def definitions(jar: Path) -> str:
    """All custom resource definitions in the jar, as YAML that an API server takes."""
    with zipfile.ZipFile(jar) as archive:
        names = sorted(n for n in archive.namelist() if n.startswith(IN_JAR) and n.endswith("-v1.yml"))
        found = [yaml.load(archive.read(name), LOADER) for name in names]  # noqa: S506 - a safe loader
    if not found:
        raise SystemExit(f"{jar}: no {IN_JAR}*-v1.yml in it: is this a jar of the Flink Kubernetes Operator?")
    return str(yaml.dump_all([_acceptable(definition) for definition in found], Dumper=DUMPER))


def _acceptable(definition: dict[str, Any]) -> dict[str, Any]:
    """Operator 1.15.0 leaves a `scale` behind that lacks a path, which Kubernetes refuses."""
    for version in definition["spec"]["versions"]:
        subresources = version.get("subresources") or {}
        if "scale" in subresources and not (subresources["scale"] or {}).keys() >= PATHS:
            del subresources["scale"]
    return definition


def rendered(folders: list[Path], pattern: str, values: dict[str, str]) -> str:
    """The folders' files in the order of their names, as one text."""
    files = sorted((file for folder in folders for file in folder.glob(pattern)), key=lambda file: file.name)
    return "\n---\n".join(_render(file, values) for file in files)


def _render(file: Path, values: dict[str, str]) -> str:
    text = file.read_text()
    checksum = hashlib.sha256(text.encode()).hexdigest()[:12]
    filled = string.Template(text).safe_substitute(values, CHECKSUM=checksum)  # safe: patterns of strings end in $
    if left := NAME.search(filled):
        raise SystemExit(f"{file}: {left[0]} is not set: set it where docker-compose.yaml names the images")
    return filled


def render(folders: list[Path]) -> None:
    """Write definitions.yaml, which has to be applied first, and workloads.yaml."""
    values, target = dict(os.environ), Path(os.environ[TARGET])
    own = rendered(folders, "[01]*.yaml", values)
    (target / "definitions.yaml").write_text(f"{own}\n---\n{Path(os.environ[DEFINITIONS]).read_text()}")
    (target / "workloads.yaml").write_text(rendered(folders, "[2-9]*.yaml", values))


def main(words: list[str]) -> None:
    """Do what the words say."""
    match words:
        case ["definitions", jar, file]:
            Path(file).write_text(definitions(Path(jar)))
        case ["render", *folders] if folders:
            render([Path(folder) for folder in folders])
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
