"""What the image builds share: one call that caches an image under the hash of its layers and its configuration."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from lab.artifacts.cache import cached, key_of
from lab.images.archive import write_archive
from lab.paths import LAB

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def image(reference: str, config: Mapping[str, Any], layers: Sequence[Path]) -> Path:
    """Archive of the image `reference`. Layers are tars or folders of the cache, whose folder name holds their key."""
    names = [str(layer) for layer in layers]
    key = key_of(reference, json.dumps(config, sort_keys=True), *names, LAB / "images" / "archive.py")
    name = reference.partition("/")[2].replace(":", "-")

    def write(folder: Path) -> None:
        write_archive(folder / "image.tar", reference, dict(config), layers)

    return cached(f"image-{name}", key, write) / "image.tar"


def copy_all(files: Iterable[Path], target: Path) -> None:
    """Hard link or copy `files` into the folder `target`, which is made."""
    target.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copy2(file, target / file.name)
