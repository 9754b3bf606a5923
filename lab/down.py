"""Taking the lab down: nothing stays but logs, stored results and the nodes' image stores."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from lab import leftovers
from lab.lock import alone
from lab.parts import network, nodes
from lab.paths import LOGS, RUNS, STATE
from lab.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path


def down() -> None:
    """End all processes and remove all traces of the lab. Idempotent. Raises LabError."""
    progress = Progress()
    with alone():
        leftovers.remove()
        progress.say("processes ended; mounts, namespaces, links and control groups removed")
        kept = {LOGS, RUNS, *(nodes.image_store(node) for node in network.NODES)}
        if STATE.exists():
            remove_all_but(STATE, kept)
    progress.say(f"the lab is down; kept: {LOGS}, {RUNS} and the image stores")


def remove_all_but(folder: Path, kept: set[Path]) -> None:
    """Delete all below `folder` but the files and folders `kept`, and what leads to them."""
    for path in folder.iterdir():
        if path in kept:
            continue
        if any(keep.is_relative_to(path) for keep in kept):
            remove_all_but(path, kept)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
