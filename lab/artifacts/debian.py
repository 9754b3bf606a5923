"""Packages of the machine's own Debian (or Ubuntu): the node's runtime, the tools, Postgres."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lab.commands import run
from lab.paths import LOGS

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = (
    "containerd",
    "runc",
    "containernetworking-plugins",
    "iptables",
    "conntrack",
    "iproute2",
    "procps",
    "util-linux",
    "openssl",
    "mmdebstrap",
    "kubernetes-client",
    "postgresql",
)
_POLICY = Path("/usr/sbin/policy-rc.d")
_DENY = "#!/bin/sh\nexit 101\n"


def install() -> None:
    """Install what is missing; services that a package brings along are not started."""
    missing = sorted(set(PACKAGES) - _installed())
    if not missing:
        return
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    log = LOGS / "apt.log"
    with _no_services():
        run(["apt-get", "update"], env=env, log=log)
        run(["apt-get", "install", "--yes", "--no-install-recommends", *missing], env=env, log=log)


def _installed() -> set[str]:
    """Of PACKAGES. dpkg-query fails if it knows nothing of one, and still lists the others."""
    command = ["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Package}\n", *PACKAGES]
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    return {line.removeprefix("installed ") for line in done.stdout.splitlines() if line.startswith("installed ")}


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
