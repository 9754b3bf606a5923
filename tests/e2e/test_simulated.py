"""The simulated world is held to the real one: the same scenarios on the lab come to the same facts."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
from flink_chaos.store.records import Store

from lab import supervisor
from lab.demo import run_once
from lab.paths import RUNS
from tests.e2e.runs import attempt_of, left_behind, until
from tests.simulation.runner import play
from tests.simulation.scenarios import CASES, Case, shape

pytestmark = pytest.mark.lab
NOT_READY_SECONDS = 30


def _process(group: str, name: str) -> int:
    return next(int(info["pid"]) for info in supervisor.processes(group) if info["name"] == name)


def _kill(group: str, name: str) -> None:
    os.kill(_process(group, name), signal.SIGKILL)


def _stop_kubelet() -> None:
    pid = _process("nodes", "node2-kubelet")
    os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(NOT_READY_SECONDS)
    finally:
        os.kill(pid, signal.SIGCONT)


DISTURBANCES = {
    "kafka killed": lambda: _kill("kafka", "kafka"),
    "API server killed": lambda: _kill("control-plane", "kube-apiserver"),
    "kubelet stopped": _stop_kubelet,
}


def _beside(case: Case, since: float) -> None:
    """Disturb the newest run once its fact is there."""

    def there() -> bool:
        newest = Store(RUNS.as_uri()).attempts()[-1:]
        return any(one.plan().created_at.timestamp() > since and one.has(case.after) for one in newest)

    until(there)
    DISTURBANCES[case.disturb]()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_lab_and_the_simulated_world_come_to_the_same(case: Case) -> None:
    """Outcome, nothing left, and where the moment of an outage does not decide it the same facts."""
    if case.disturb:
        threading.Thread(target=_beside, args=(case, time.time()), daemon=True).start()
    attempt, simulated = attempt_of(run_once(case.lab, case.scenario.fault)), play(case.scenario)
    verdict = attempt.verdict()
    assert verdict is not None
    assert verdict.outcome in case.outcomes, verdict.reasons
    assert simulated.outcome in case.outcomes, simulated.story
    assert left_behind(verdict.run_key) == []
    if case.same_facts:
        assert shape(attempt.journal().facts) == shape(simulated.facts)
