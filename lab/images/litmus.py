"""Images of our own experiments and of the lab's chaos operator: the sources on Python and pinned packages."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from lab.artifacts.cache import cached, key_of
from lab.images import parts, rootfs
from lab.images.python_layer import python_layer
from lab.paths import CHECKOUT, LAB

if TYPE_CHECKING:
    from pathlib import Path

EXPERIMENTS = "localhost/flink-chaos-experiments:1"
CONTRACT = "localhost/litmus-contract:1"
HOME = "opt/flink-chaos"
ENVIRONMENT = [parts.PATH, f"PYTHONPATH=/{HOME}", "PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1"]
LAUNCHER = '#!/bin/sh\nexec python3 -m experiments "$@"\n'
"""Stands where Litmus' own image has its binary, so that the arguments of Litmus' hub work unchanged."""


def build_experiments() -> Path:
    """Archive of the experiment image; `/bin/bash -c "./experiments -name pod-delete"` works as in Litmus' image."""
    config = {"User": "2000", "WorkingDir": "/litmus", "Entrypoint": ["./experiments"], "Env": ENVIRONMENT}
    return parts.image(EXPERIMENTS, config, [rootfs.python(), python_layer("kubernetes"), _experiments()])


def build_contract() -> Path:
    """Archive of the image that serves Litmus' contract."""
    config = {"User": "65534", "Entrypoint": ["python3", "-m", "lab.chaos_operator"], "Env": ENVIRONMENT}
    return parts.image(CONTRACT, config, [rootfs.python(), python_layer("kopf", "kubernetes"), _contract()])


def _experiments() -> Path:
    source = CHECKOUT / "experiments"

    def lay(folder: Path) -> None:
        _copy(source, folder / HOME / "experiments")
        launcher = folder / "litmus" / "experiments"
        launcher.parent.mkdir()
        launcher.write_text(LAUNCHER)
        launcher.chmod(0o755)

    return cached("layer-experiments", key_of(source, LAUNCHER), lay)


def _contract() -> Path:
    source = LAB / "chaos_operator"

    def lay(folder: Path) -> None:
        _copy(source, folder / HOME / "lab" / "chaos_operator")
        shutil.copy2(LAB / "__init__.py", folder / HOME / "lab")

    return cached("layer-litmus-contract", key_of(source), lay)


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
