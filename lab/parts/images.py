"""Container images in every node's own store, imported once for each archive."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from lab.artifacts import go
from lab.artifacts.cache import cached, key_of
from lab.commands import LabError, run
from lab.images.archive import write_archive
from lab.parts import nodes
from lab.parts.network import NODES
from lab.parts.part import Part, wait_until
from lab.paths import LAB

if TYPE_CHECKING:
    from pathlib import Path

PAUSE = "localhost/pause:1"
COREDNS = "localhost/coredns:1.12.4"


def system_images() -> dict[str, Path]:
    """Archives of what Kubernetes itself needs: `reference -> tar`."""
    return {PAUSE: _single(PAUSE, go.pause(), "pause"), COREDNS: _single(COREDNS, go.coredns(), "coredns")}


def load(archives: dict[str, Path]) -> None:
    """Import what the nodes lack, side by side for the nodes. Waits until containerd answers."""
    with ThreadPoolExecutor(len(NODES)) as pool:
        for done in [pool.submit(_load_node, node, archives) for node in NODES]:
            done.result()


def _single(reference: str, layer: Path, program: str) -> Path:
    def build(folder: Path) -> None:
        write_archive(folder / "image.tar", reference, {"Entrypoint": [f"/{program}"]}, [layer])

    key = key_of(reference, layer.name, LAB / "images" / "archive.py")
    return cached(f"image-{program}", key, build) / "image.tar"


def _load_node(node: str, archives: dict[str, Path]) -> None:
    wait_until(lambda: _silent(node), "nodes")
    record = nodes.image_store(node) / "imported.json"
    known: dict[str, str] = json.loads(record.read_text()) if record.exists() else {}
    present = _present(node)
    for reference, archive in archives.items():
        if reference not in present or known.get(reference) != str(archive):
            _ctr(node, "images", "import", archive)
            known[reference] = str(archive)
            record.write_text(json.dumps(known, indent=2))


def _silent(node: str) -> str:
    try:
        _ctr(node, "version")
    except LabError as error:
        return f"containerd of {node} does not answer: {str(error).splitlines()[-1].strip()}"
    return ""


def _present(node: str) -> set[str]:
    return set(_ctr(node, "images", "list", "--quiet").split())


def _ctr(node: str, *words: str | Path) -> str:
    return run(["ctr", "--address", nodes.socket(node), "--namespace", "k8s.io", *words])


def _health() -> str:
    try:
        lacking = [f"{node} lacks {name}" for node in NODES for name in (PAUSE, COREDNS) if name not in _present(node)]
    except LabError as error:
        return str(error).splitlines()[-1].strip()
    return "; ".join(lacking)


PART = Part("images", health=_health, prepare=lambda: load(system_images()))
