"""Finding and ending all that a lab leaves behind, whoever killed what before."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

from lab import cgroups, namespaces
from lab.commands import LabError
from lab.parts import network, nodes
from lab.paths import RUN
from lab.supervisor import MARK

_MARK = f"{MARK}=1".encode()
_DEADLINE_SECONDS = 20.0
_POLL_SECONDS = 0.05


def processes() -> set[int]:
    """Every process of the lab: marked ones, their descendants, and members of the nodes' control groups."""
    found = {pid for pid in _all() if _marked(pid)}
    for node in network.NODES:
        found |= cgroups.members(f"lab-{node}")
    return _with_descendants(found) - _callers()


def end_processes() -> None:
    """Kill all of them and wait until they have let go of everything. Raises LabError if one is still there after 20 s."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    killed: set[int] = set()
    while left := processes() | {pid for pid in killed if not ended(_status(pid))}:
        for pid in left - killed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        killed |= left
        if time.monotonic() > deadline:
            raise LabError(f"processes {sorted(left)} do not end: end them by hand, then call this again.")
        time.sleep(_POLL_SECONDS)


def ended(status: str) -> bool:
    """Whether /proc/PID/stat tells of a process that is gone, or dead and merely not reaped yet.

    A dying process loses its environment, by which the lab knows it, before its sockets and mounts.
    """
    return not status or status.rpartition(")")[2].split()[0] in {"Z", "X"}


def remove() -> None:
    """End all processes; remove mounts, network namespaces, links, control groups. Idempotent."""
    end_processes()
    namespaces.remove_all()
    network.remove()
    for node in network.NODES:
        _until_removed(f"lab-{node}")
    if RUN.exists():
        shutil.rmtree(RUN)  # as after a reboot
    for folder in nodes.mount_points():
        with suppress(OSError):
            folder.rmdir()  # only if the lab made it: then it is empty


def _until_removed(group: str) -> None:
    """A group whose last process has just ended is busy for a moment."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while True:
        try:
            return cgroups.remove(group)
        except OSError as error:
            if time.monotonic() > deadline:
                raise LabError(f"control group {group} cannot be removed: {error}") from error
            time.sleep(_POLL_SECONDS)


def _all() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _marked(pid: int) -> bool:
    try:
        return _MARK in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _with_descendants(roots: set[int]) -> set[int]:
    parents = {pid: _parent(pid) for pid in _all()}
    found = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in found and pid not in found}:
        found |= more
    return found


def _parent(pid: int) -> int:
    status = _status(pid)
    return int(status.rpartition(")")[2].split()[1]) if status else 0


def _status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""


def _callers() -> set[int]:
    """The calling process and those above it: `down` may be called from a shell that knows the lab's environment."""
    found, pid = set(), os.getpid()
    while pid > 1:
        found.add(pid)
        pid = _parent(pid)
    return found
