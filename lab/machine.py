"""Facts about this machine that decide whether it can run the lab. Standard library only."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab.paths import CACHE, RUN
from lab.surroundings import Surroundings, look

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PORTS = (2379, 2380, 5433, 6443, 8020, 8080, 9092, 9093, 9094, 9864, 9866, 9867, 9870, 10257, 10259)
_CONTROLLERS = {"cpu", "cpuset", "memory", "pids"}
_LISTENING = "0A"


@dataclass(frozen=True)
class Facts:
    """What was found on the machine. Versions are empty if the program is missing; sizes in bytes."""

    root: bool
    memory: int
    disk: int
    python: tuple[int, int]
    go: str
    javac: str
    maven: str
    apt: bool
    busy_ports: tuple[int, ...]
    lab_runs: bool
    kernel: Mapping[str, bool]
    surroundings: Surroundings


def collect() -> Facts:
    """Look at this machine. Kernel features are tried in namespaces that vanish at once."""
    return Facts(
        root=os.geteuid() == 0,
        memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        disk=_free_and_used_by_cache(),
        python=sys.version_info[:2],
        go=_version(["go", "version"], r"go(\d+\.\d+)"),
        javac=_version(["javac", "-version"], r"javac (\d+)"),
        maven=_version(["mvn", "--version"], r"Apache Maven ([\d.]+)"),
        apt=shutil.which("apt-get") is not None,
        busy_ports=tuple(sorted(_listening() & set(PORTS))),
        lab_runs=_lab_runs(),
        kernel={name: attempt() for name, attempt in _ATTEMPTS.items()},
        surroundings=look(),
    )


def _free_and_used_by_cache() -> int:
    """What the lab has built already needs no further room."""
    place = next(folder for folder in (CACHE, *CACHE.parents) if folder.exists())
    used = sum(file.stat().st_blocks * 512 for file in CACHE.rglob("*") if file.is_file()) if CACHE.exists() else 0
    return shutil.disk_usage(place).free + used


def _version(command: Sequence[str], pattern: str) -> str:
    try:
        done = subprocess.run(command, text=True, capture_output=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(pattern, done.stdout + done.stderr)
    return found[1] if found else ""


def _listening() -> set[int]:
    tables = [Path(f"/proc/net/{name}") for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == _LISTENING}


def _lab_runs() -> bool:
    """Whether the lab's supervisor is there, or what is left of a killed lab, which `up` ends itself."""
    with socket.socket(socket.AF_UNIX) as channel:
        if channel.connect_ex(str(RUN / "supervisor.sock")) == 0:
            return True
    return any(_marked(environ) for environ in Path("/proc").glob("[0-9]*/environ"))


def _marked(environ: Path) -> bool:
    try:
        return b"FLINK_CHAOS_LAB=1" in environ.read_bytes().split(b"\0")
    except OSError:
        return False


def _in_new_network(*command: str) -> bool:
    try:
        return not subprocess.run(["unshare", "--net", *command], capture_output=True, check=False).returncode
    except OSError:
        return False


def _iptables() -> bool:
    """`up` installs the program; without it the kernel cannot be asked."""
    return shutil.which("iptables") is None or _in_new_network("iptables", "-t", "nat", "-L")


def _overlay() -> bool:
    if shutil.which("modprobe"):
        subprocess.run(["modprobe", "--quiet", "overlay"], capture_output=True, check=False)
    return bool(re.search(r"\boverlay$", Path("/proc/filesystems").read_text(), re.MULTILINE))


def _control_groups() -> bool:
    unified = Path("/sys/fs/cgroup/cgroup.controllers")
    if unified.exists():
        return set(unified.read_text().split()) >= _CONTROLLERS
    return all(Path("/sys/fs/cgroup", name).is_dir() for name in _CONTROLLERS)


_ATTEMPTS = {
    "network namespaces": lambda: _in_new_network("true"),
    "veth pairs": lambda: _in_new_network("ip", "link", "add", "name", "veth-try", "type", "veth"),
    "bridges": lambda: _in_new_network("ip", "link", "add", "name", "bridge-try", "type", "bridge"),
    "iptables NAT": _iptables,
    "overlayfs": _overlay,
    "control groups": _control_groups,
}
