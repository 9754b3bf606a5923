"""STATE/lab.env: `export` lines for people and for the command line tool."""

from __future__ import annotations

import shlex

from lab.addresses import AIRFLOW
from lab.files import write_if_changed
from lab.parts import airflow
from lab.paths import ENVIRONMENT_FILE, RUNNER_KUBECONFIG


def write() -> None:
    """Write the file."""
    values = {
        "KUBECONFIG": str(RUNNER_KUBECONFIG),
        **airflow.environment(),
        "FLINK_CHAOS_AIRFLOW_URL": AIRFLOW,
        "FLINK_CHAOS_AIRFLOW_USER": airflow.ADMIN,
        "FLINK_CHAOS_AIRFLOW_PASSWORD_FILE": str(airflow.PASSWORD_FILE),
    }
    write_if_changed(
        ENVIRONMENT_FILE, "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())
    )
