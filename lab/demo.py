"""One chaos test from Airflow, as a client would start it: python -m lab.demo [NAME=VALUE ...]."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

from lab.addresses import AIRFLOW
from lab.airflow_client import AirflowClient
from lab.commands import LabError
from lab.parts.airflow import ADMIN, PASSWORD_FILE, environment
from lab.paths import BIN, RUNS

DAG = "pod_delete"
SETUP_ERROR = 4
DEADLINE_SECONDS = 1800.0


def main() -> int:
    """Trigger, follow, show; the exit code tells the verdict."""
    try:
        return perform(dict(_parameter(word) for word in sys.argv[1:]))
    except LabError as error:
        print(f"demo: {error}", file=sys.stderr)
        return SETUP_ERROR


def perform(parameters: dict[str, object], dag_id: str = DAG) -> int:
    """Run the DAG once with these parameters and print its verdict; return the verdict's exit code."""
    key = run_once(parameters, dag_id)
    print(flush=True)
    code = subprocess.run(
        [BIN / "flink-chaos", "show", key], env={**os.environ, **environment()}, check=False
    ).returncode
    print(f"\nstored   {RUNS} (flink-chaos show {key}, with `. lab.env` beside it)")
    print(f"Airflow  {AIRFLOW}  user {ADMIN}  password {PASSWORD_FILE.read_text()}", flush=True)
    return code


def run_once(parameters: dict[str, object], dag_id: str = DAG) -> str:
    """Run the DAG to its end, telling each task; return the key of the stored record."""
    begin = time.monotonic()
    client = AirflowClient()
    client.wait_for_dag(dag_id)
    run_id = client.trigger(dag_id, parameters)
    print(f"{dag_id} {run_id} {parameters or 'with its defaults'}", flush=True)
    client.follow(
        dag_id, run_id, lambda line: print(f"[{time.monotonic() - begin:5.0f} s] {line}", flush=True), DEADLINE_SECONDS
    )
    return client.run_key(dag_id, run_id)


def _parameter(word: str) -> tuple[str, object]:
    name, equals, value = word.partition("=")
    if not equals:
        raise LabError(f"{word}: write NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


if __name__ == "__main__":
    sys.exit(main())
