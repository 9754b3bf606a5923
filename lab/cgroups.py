"""Control groups of the lab's nodes, in every hierarchy of cgroup v1, or in the one of cgroup v2."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
_CPUSET = ("cpuset.cpus", "cpuset.mems")


def create(name: str) -> None:
    """Make the group `name`. In cgroup v1's cpuset it gets all that the root has: an empty one takes no process."""
    for hierarchy in _hierarchies():
        (hierarchy / name).mkdir(exist_ok=True)
    for file in _CPUSET:
        own, all_of_it = ROOT / "cpuset" / name / file, ROOT / "cpuset" / file
        if own.exists() and not own.read_text().strip():
            own.write_text(all_of_it.read_text())


def members(name: str) -> set[int]:
    """Processes in the group and in all below it."""
    found: set[int] = set()
    for folder in _folders(name):
        with suppress(OSError):
            found |= {int(pid) for pid in (folder / "cgroup.procs").read_text().split()}
    return found


def end(name: str) -> None:
    """Kill every process of the group."""
    for pid in members(name):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def remove(name: str) -> None:
    """Delete the group, which must hold no process, and all below it. Raises OSError if one is in use."""
    for folder in sorted(_folders(name), key=lambda path: len(path.parts), reverse=True):
        folder.rmdir()


def _hierarchies() -> list[Path]:
    if (ROOT / "cgroup.controllers").exists():
        return [ROOT]
    return [folder for folder in ROOT.iterdir() if folder.is_dir() and not folder.is_symlink()]


def _folders(name: str) -> list[Path]:
    tops = [hierarchy / name for hierarchy in _hierarchies() if (hierarchy / name).is_dir()]
    return tops + [path for top in tops for path in top.rglob("*") if path.is_dir()]
