"""Image of this package's command line, without Airflow: what include/manifests/70-janitor.yaml runs."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from lab.artifacts.cache import cached, key_of
from lab.images import parts, rootfs
from lab.images.python_layer import python_layer
from lab.paths import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = "localhost/flink-chaos:1"
HOME = "opt/flink-chaos"
PACKAGES = (
    "confluent-kafka",
    "fsspec",
    "jinja2",
    "kafka-python",
    "kubernetes",
    "msgspec",
    "pyarrow",
    "pydantic",
    "pyyaml",
    "requests",
    "universal-pathlib",
)
"""What pyproject.toml names and `flink-chaos undo` loads."""

SOURCES = (CHECKOUT / "plugins" / "flink_chaos", CHECKOUT / "include")
LAUNCHER = '#!/bin/sh\nexec python3 -c "from flink_chaos.cli.start import main; raise SystemExit(main())" "$@"\n'
ENVIRONMENT = [parts.PATH, f"PYTHONPATH=/{HOME}", "PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1", "HOME=/tmp"]


def build() -> Path:
    """Archive of the image."""
    config = {"User": "65534", "Entrypoint": ["flink-chaos"], "Env": ENVIRONMENT}
    return parts.image(REFERENCE, config, [rootfs.python(), python_layer(*PACKAGES), _package()])


def _package() -> Path:
    def lay(folder: Path) -> None:
        for source in SOURCES:
            shutil.copytree(source, folder / HOME / source.name, ignore=shutil.ignore_patterns("__pycache__"))
        launcher = folder / "usr" / "local" / "bin" / "flink-chaos"
        launcher.parent.mkdir(parents=True)
        launcher.write_text(LAUNCHER)
        launcher.chmod(0o755)

    return cached("layer-janitor", key_of(*SOURCES, LAUNCHER), lay)
