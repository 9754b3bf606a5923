import asyncio
import time

import pytest
from airflow.sdk.module_loading import import_string
from flink_chaos.hooks import dag_runs
from flink_chaos.triggers import dag_run as module
from flink_chaos.triggers.dag_run import RunEndTrigger


def event(monkeypatch, states, deadline=None):
    """Let the run have these states, one a question; the first event of the trigger."""
    left = list(states)

    def state(_dag_id, _run_id):
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(dag_runs, "state", state)
    monkeypatch.setattr(module, "POLL_SECONDS", 0)
    monkeypatch.setattr(module, "SETTLE_SECONDS", 0)
    return asyncio.run(anext(a_trigger(deadline).run())).payload


def a_trigger(deadline=None):
    return RunEndTrigger(dag_id="pod_delete", run_id="s1__first", deadline=deadline or time.time() + 60)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["queued", "running", "success"], "success"),
        (["running", "failed"], "failed"),
        ([OSError("API server is away"), "failed"], "failed"),
    ],
)
def test_the_end_of_a_run_is_an_event_whatever_it_is(monkeypatch, states, expected):
    """An API that does not answer is asked again."""
    assert event(monkeypatch, states) == {"state": expected}


def test_the_deadline_is_a_moment_and_not_a_duration(monkeypatch):
    """A restarted triggerer does not begin to wait anew."""
    assert event(monkeypatch, ["running"], deadline=time.time() - 1) == {"state": "running"}


def test_a_trigger_survives_its_serialization():
    """Another triggerer makes the same one of it."""
    path, arguments = a_trigger(deadline=5.0).serialize()
    assert import_string(path)(**arguments).serialize() == (path, arguments)
