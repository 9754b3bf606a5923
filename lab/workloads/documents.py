"""The manifests with this lab's image references in them, in the order in which they are applied.

What any cluster needs stands in include/manifests, what only the lab needs beside this file. Names give the order.
"""

from __future__ import annotations

import string
from pathlib import Path

from lab.artifacts.cache import key_of
from lab.images import flink, flink_operator, janitor, litmus
from lab.paths import CHECKOUT, LAB

FOLDERS = (CHECKOUT / "include" / "manifests", Path(__file__).with_name("manifests"))
IMAGES = {
    "FLINK": flink.REFERENCE,
    "FLINK_OPERATOR": flink_operator.REFERENCE,
    "LITMUS_CONTRACT": litmus.CONTRACT,
    "EXPERIMENTS": litmus.EXPERIMENTS,
    "NETWORK_EXPERIMENTS": litmus.EXPERIMENTS,
    "FLINK_CHAOS": janitor.REFERENCE,
}
SETTINGS = {"PULL_POLICY": "Never", "ENVIRONMENT": "lab"}
SOURCES = {
    "30-sql-gateway.yaml": LAB / "images" / "flink_files",
    "40-chaos-operator.yaml": LAB / "chaos_operator",
}
"""What the images under the same reference are made of, where that changes with the checkout."""


def definitions() -> str:
    """Namespaces and custom resource definitions: these have to be there before anything that uses them."""
    own = [_render(file) for file in _files("[01]*.yaml")]
    return "\n---\n".join([*own, *flink_operator.custom_resource_definitions()])


def rendered() -> str:
    """Everything else."""
    return "\n---\n".join(_render(file) for file in _files("[2-9]*.yaml"))


def _files(pattern: str) -> list[Path]:
    return sorted((file for folder in FOLDERS for file in folder.glob(pattern)), key=lambda file: file.name)


def _render(file: Path) -> str:
    """CHECKSUM makes pods start again when their configuration or the sources of an image have changed."""
    checksum = key_of(file, SOURCES.get(file.name, ""))
    return string.Template(file.read_text()).safe_substitute(IMAGES, **SETTINGS, CHECKSUM=checksum)
