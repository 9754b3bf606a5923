from __future__ import annotations

import pytest

from lab.chaos_operator import states
from lab.chaos_operator.states import Action, ExperimentStatus, Outcome

NOW = "2026-01-01T00:00:00Z"


def engine(state: str, status: str) -> dict:
    return {
        "metadata": {"name": "e"},
        "spec": {"engineState": state, "experiments": [{"name": "a"}, {"name": "b"}]},
        "status": {"engineStatus": status} if status else {},
    }


@pytest.mark.parametrize(
    ("state", "status", "action"),
    [
        ("active", "", Action.INITIALIZE),
        ("", "", Action.INITIALIZE),
        ("active", "initialized", Action.RUN),
        ("active", "completed", Action.RESTART),
        ("active", "stopped", Action.RESTART),
        ("stop", "", Action.NOTHING),
        ("stop", "initialized", Action.ABORT),
        ("stop", "completed", Action.NOTHING),
        ("stop", "stopped", Action.NOTHING),
    ],
)
def test_state_machine(state, status, action):
    assert states.decide(engine(state, status)) is action


def test_an_engine_without_status_is_initialized():
    assert states.decide({"spec": {}}) is Action.INITIALIZE


def test_entries_wait_in_order_and_abort_spares_what_has_ended():
    entries = states.waiting_entries(engine("active", "initialized"), NOW)
    assert [entry["name"] for entry in entries] == ["a", "b"]
    assert states.current(entries) == 0
    entries[0] |= {"status": "Completed", "verdict": "Pass"}
    assert states.current(entries) == 1
    aborted = states.aborted_entries(entries, NOW)
    assert [(entry["status"], entry["verdict"]) for entry in aborted] == [
        ("Completed", "Pass"),
        ("Forcefully Aborted", "Stopped"),
    ]
    assert states.current(aborted) is None


def pod(phase: str) -> dict:
    return {"status": {"phase": phase}}


RESULT = {"status": {"experimentStatus": {"verdict": "Pass"}}}
DONE = {"status": {"succeeded": 1}}


@pytest.mark.parametrize(
    ("job", "pods", "result", "age", "expected"),
    [
        ({}, [], None, 1, Outcome(ExperimentStatus.RUNNING, "Awaited")),
        ({}, [pod("Running")], None, 999, Outcome(ExperimentStatus.RUNNING, "Awaited")),
        ({}, [pod("Pending")], None, 181, Outcome(ExperimentStatus.SKIPPED, "Fail")),
        ({}, [pod("Failed")], None, 1, Outcome(ExperimentStatus.SKIPPED, "Fail")),
        ({}, [pod("Running"), pod("Pending")], None, 1, Outcome(ExperimentStatus.SKIPPED, "Fail")),
        (DONE, [pod("Succeeded")], RESULT, 1, Outcome(ExperimentStatus.COMPLETED, "Pass")),
        (DONE, [], None, 1, Outcome(ExperimentStatus.COMPLETED, "Awaited")),
    ],
)
def test_outcome_of_an_experiment(job, pods, result, age, expected):
    assert states.outcome(job, pods, result, age, 180) == expected
