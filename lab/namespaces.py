"""Mount namespaces that outlive their processes: what is mounted in one is seen nowhere else and vanishes with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lab.commands import run
from lab.paths import RUN

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = RUN / "mounts"
"""A private mount of its own: the kernel keeps a namespace only on such a one."""


def handle(name: str) -> Path:
    """The file that keeps the mount namespace `name` alive, for `nsenter --mount=`."""
    return _FOLDER / name


def create(name: str, binds: Mapping[Path, Path]) -> None:
    """Make the namespace `name`, in which each folder `target` of `binds` shows the folder `source` (target -> source).

    Does nothing if it is there. Targets that do not exist are made, and removed again by `remove_all` if empty.
    """
    if str(handle(name)) in mounted():
        return
    _private_folder()
    handle(name).touch()
    run(["unshare", f"--mount={handle(name)}", "--propagation", "slave", "true"])
    for target, source in binds.items():
        source.mkdir(parents=True, exist_ok=True)
        target.mkdir(parents=True, exist_ok=True)
        run(["nsenter", f"--mount={handle(name)}", "mount", "--bind", source, target])


def remove_all() -> None:
    """Let go of every namespace of the lab; what was mounted in one goes with its last process."""
    for path in sorted(mounted(), reverse=True):
        if Path(path).is_relative_to(RUN):
            run(["umount", "--lazy", path])


def mounted() -> list[str]:
    """Mount points of this machine, in the order in which they were mounted."""
    return [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]


def _private_folder() -> None:
    _FOLDER.mkdir(parents=True, exist_ok=True)
    if str(_FOLDER) not in mounted():
        run(["mount", "--bind", _FOLDER, _FOLDER])
        run(["mount", "--make-private", _FOLDER])
