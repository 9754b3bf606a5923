"""Packages of the machine's own Debian (or Ubuntu): the node's runtime, the tools, Postgres."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lab.commands import run
from lab.paths import LOGS

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = {
    "containerd": "/usr/bin/containerd",
    "runc": "/usr/*/runc",
    "containernetworking-plugins": "/usr/lib/cni/ptp",
    "iptables": "/usr/sbin/iptables",
    "libnetfilter-queue1": "/usr/lib/*/libnetfilter_queue.so.1",
    "conntrack": "/usr/sbin/conntrack",
    "iproute2": "/usr/*/ip",
    "procps": "/usr/*/sysctl",
    "util-linux": "/usr/bin/nsenter",
    "openssl": "/usr/bin/openssl",
    "mmdebstrap": "/usr/bin/mmdebstrap",
    "kubernetes-client": "/usr/bin/kubectl",
    "postgresql": "/usr/lib/postgresql/*/bin/postgres",
}
"""Package and the file that it is wanted for: one that is there from elsewhere is left alone."""

_POLICY = Path("/usr/sbin/policy-rc.d")
_DENY = "#!/bin/sh\nexit 101\n"


def install() -> None:
    """Install what is missing; services that a package brings along are not started."""
    missing = [package for package, file in PACKAGES.items() if not _present(file)]
    if not missing:
        return
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    log = LOGS / "apt.log"
    with _no_services():
        run(["apt-get", "update"], env=env, log=log)
        run(["apt-get", "install", "--yes", "--no-install-recommends", *missing], env=env, log=log)


def _present(pattern: str) -> bool:
    """Whether a file matches `pattern`, or the program of that name is on the path."""
    return any(Path("/").glob(pattern.lstrip("/"))) or shutil.which(Path(pattern).name) is not None


@contextmanager
def _no_services() -> Iterator[None]:
    """Debian asks policy-rc.d before it starts a service. One that somebody else put there is left alone."""
    ours = not _POLICY.exists()
    if ours:
        _POLICY.write_text(_DENY)
        _POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            _POLICY.unlink()
