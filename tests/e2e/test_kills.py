"""Parts of Airflow killed right after the fault was injected: nothing is injected twice, nothing stays broken."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from lab import supervisor
from lab.airflow_client import AirflowClient
from tests.e2e.runs import SHORT, engines_created, kubectl, left_behind, until, verdict_during

pytestmark = pytest.mark.lab


def an_engine():
    """The name of a ChaosEngine."""
    return kubectl("get", "chaosengines", "-o", "name", check=False).strip()


def kill_program(name):
    """Kill one of the lab's programs once there is an engine; its supervisor starts it anew."""
    until(an_engine)
    (pid,) = (info["pid"] for info in supervisor.processes("airflow") if info["name"] == name)
    os.kill(pid, signal.SIGKILL)


def kill_task():
    """Kill the process of the task that has just created the engine."""
    until(an_engine)
    airflow = AirflowClient()
    (run_id,) = airflow.run_ids("pod_delete", "manual__")[:1]
    name = f"^airflow worker -- {airflow.task_id('pod_delete', run_id, 'inject')}"
    found = subprocess.run(["pgrep", "-f", name], capture_output=True, text=True, check=False)
    for pid in found.stdout.split():
        os.kill(int(pid), signal.SIGKILL)
    assert found.stdout.split(), "the task had ended before it could be killed"


@pytest.mark.parametrize(
    ("victim", "outcomes"),
    [
        ("airflow-triggerer", {"PASS"}),
        ("airflow-scheduler", {"PASS", "INCONCLUSIVE", "ABORTED"}),
        ("task", {"INCONCLUSIVE", "ABORTED"}),
    ],
)
def test_a_killed_part_of_airflow_injects_nothing_twice_and_leaves_nothing_broken(victim, outcomes):
    """One engine, a stored verdict, no residue, the lock free; never a PASS without its evidence."""
    disturb = kill_task if victim == "task" else lambda: kill_program(victim)
    verdict = verdict_during(SHORT, disturb)
    assert verdict.outcome in outcomes, verdict.reasons
    assert engines_created(verdict.run_key) == 1
    assert left_behind(verdict.run_key) == []
