"""Finds the network namespace of a pod among the processes of its node."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROC = Path("/proc")


def process_of(pod_uid: str, proc: Path = PROC) -> int | None:
    """Id of a process of the pod, or None. All containers of a pod share its network namespace.

    The kubelet names the pod's cgroup after its UID, under cgroup v1 and v2, whatever the runtime: `pod<uid>` with
    dashes, or with underscores under systemd's driver.
    """
    names = (f"pod{pod_uid}", f"pod{pod_uid.replace('-', '_')}")
    numbers = sorted(int(entry.name) for entry in proc.iterdir() if entry.name.isdecimal())
    return next((number for number in numbers if _in_cgroup(proc / str(number) / "cgroup", names)), None)


def _in_cgroup(file: Path, names: tuple[str, ...]) -> bool:
    try:
        text = file.read_text()
    except OSError:
        return False  # it ended meanwhile
    return any(name in text for name in names)


@contextmanager
def network_of(process: int, proc: Path = PROC) -> Iterator[int]:
    """The process' network namespace as an open file: it stays even when the process ends.

    Raises OSError; also if it is the network of the machine itself, which is nobody's target.
    """
    file = os.open(proc / str(process) / "ns" / "net", os.O_RDONLY)
    try:
        if _is_the_machines(file, proc):
            raise PermissionError(f"process {process} has the network of the machine, not one of a pod")
        yield file
    finally:
        os.close(file)


def _is_the_machines(file: int, proc: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), (proc / "1" / "ns" / "net").stat())
    except PermissionError:
        return False  # process 1 may have more rights than we; that the pod says hostNetwork was refused before
