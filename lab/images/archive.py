"""Writes a docker-archive: manifest.json, config.json and layers, the form that `ctr images import` takes."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def write_archive(target: Path, reference: str, config: dict[str, Any], layers: Sequence[Path]) -> None:
    """Write the image `reference` to the file `target`: same inputs, same bytes.

    `config` is the OCI run configuration (Entrypoint, Cmd, Env, WorkingDir, User, ...). Each layer is a folder, or a
    tar that is taken as it is. Owners become root and times zero in folders; modes and links are kept.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".layers-") as folder:
        tars = [
            layer if layer.is_file() else write_layer(Path(folder) / f"{n}.tar", layer)
            for n, layer in enumerate(layers)
        ]
        sums = [_sha256(tar) for tar in tars]
        with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
            _add_text(
                archive, "manifest.json", [{"Config": "config.json", "RepoTags": [reference], "Layers": _names(sums)}]
            )
            _add_text(archive, "config.json", _image_config(config, sums))
            for name, tar in dict(zip(_names(sums), tars, strict=True)).items():
                _add_file(archive, name, tar)


def write_layer(target: Path, folder: Path) -> Path:
    """Tar of all that is in `folder`, sorted, owned by root, with time zero. Returns `target`."""
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as layer:
        for path in sorted(folder.rglob("*")):
            layer.add(path, arcname=str(path.relative_to(folder)), recursive=False, filter=_anonymous)
    return target


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if "__pycache__" in entry.name.split("/"):
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = 0
    return entry


def _image_config(config: dict[str, Any], sums: Sequence[str]) -> dict[str, Any]:
    return {
        "architecture": "amd64",
        "os": "linux",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in sums]},
        "history": [],
    }


def _names(sums: Sequence[str]) -> list[str]:
    return [f"{digest}.tar" for digest in sums]


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _add_text(archive: tarfile.TarFile, name: str, document: object) -> None:
    text = json.dumps(document, sort_keys=True).encode()
    entry = tarfile.TarInfo(name)
    entry.size = len(text)
    archive.addfile(entry, io.BytesIO(text))


def _add_file(archive: tarfile.TarFile, name: str, source: Path) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = source.stat().st_size
    with source.open("rb") as handle:
        archive.addfile(entry, handle)
