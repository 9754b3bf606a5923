"""Where the lab keeps what it builds and what it runs: outside any checkout, so that every clone shares one lab."""

from __future__ import annotations

import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
LAB = CHECKOUT / "lab"
MANIFESTS = LAB / "manifests"

BIN = Path(sys.prefix) / "bin"
"""Programs of the Python environment that the lab is called with: Airflow runs from there."""


def _xdg(variable: str, fallback: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / fallback) / "flink-chaos-lab"


CACHE = _xdg("XDG_CACHE_HOME", ".cache")
"""Built once, kept for ever: one folder `<artifact>-<key>` each, where the key is a hash of its inputs."""

STATE = _xdg("XDG_STATE_HOME", ".local/state")
"""What a running lab needs: configuration, data, logs. `down` empties it but for logs, stored results and images."""

LOGS = STATE / "logs"
"""One log for each program, `<program>.log`, and the API server's audit log."""

RUNS = STATE / "runs"
"""Stored results of chaos runs."""

RUN = Path("/run/flink-chaos-lab")
"""Sockets and namespaces: short names, for a socket's path holds at most 107 characters."""

KUBECONFIG = STATE / "kubernetes" / "admin.kubeconfig"
"""Rights of cluster-admin, for the lab itself and for people."""

RUNNER_KUBECONFIG = STATE / "kubernetes" / "flink-chaos.kubeconfig"
"""Rights of the service account `flink-chaos` in the namespace `flink`: all that a chaos run may do."""

ENVIRONMENT_FILE = STATE / "lab.env"
"""Shell `export` lines for people and the command line tool."""
