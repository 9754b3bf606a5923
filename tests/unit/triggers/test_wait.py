import asyncio
import time

import pytest
from airflow.sdk.module_loading import import_string
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.hooks.flink_chaos import FlinkChaosHook
from flink_chaos.steps import waits
from flink_chaos.steps.run import Progress, RunEndsError, StepError
from flink_chaos.triggers import wait as module
from flink_chaos.triggers.wait import WaitTrigger

from tests.unit.runs import a_run

PENDING, DONE = Progress(done=False, message="lag 7"), Progress(done=True, message="lag 0")


def event(monkeypatch, tmp_path, answers, deadline=None):
    """Let the wait answer in this order; the first event of the trigger."""
    left = list(answers)

    def check(_run):
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def arun(_hook, _key):
        return a_run(tmp_path)

    monkeypatch.setitem(waits.WAITS, "test", waits.Wait(check, lambda *_: None, lambda _: 60, interval=0.0))
    monkeypatch.setattr(FlinkChaosHook, "arun", arun)
    monkeypatch.setattr(module, "SETTLE_SECONDS", 0)
    return asyncio.run(anext(a_trigger(deadline).run())).payload


def a_trigger(deadline=None):
    deadline = time.time() + 60 if deadline is None else deadline
    return WaitTrigger(run_key="r0123456789", wait="test", deadline=deadline, kafka_conn_id="k", kubernetes_conn_id="c")


@pytest.mark.parametrize(
    ("answers", "answer", "message"),
    [
        ([PENDING, DONE], "done", "lag 0"),
        ([ClusterError("API server is away"), DONE], "done", "lag 0"),
        ([StepError("deployment is gone")], "failed", "deployment is gone"),
        ([RunEndsError("short load")], "ends", "short load"),
    ],
)
def test_every_answer_is_an_event(monkeypatch, tmp_path, answers, answer, message):
    """A system that does not answer is asked again; an error never ends the trigger without a word."""
    assert event(monkeypatch, tmp_path, answers) == {"wait": "test", "answer": answer, "message": message}


@pytest.mark.parametrize(
    ("errors", "answer", "message"),
    [
        ([KeyError("kafka_default")], "failed", "KeyError: 'kafka_default'"),
        (
            [StepError("environment b names no Airflow connections")],
            "failed",
            "environment b names no Airflow connections",
        ),
        ([OSError("store is away"), OSError("store is away")], "done", "lag 0"),
    ],
)
def test_a_run_that_cannot_be_opened_is_told_in_words(monkeypatch, tmp_path, errors, answer, message):
    """Airflow would say that a trigger failed; a store that is away is asked again."""
    run, left = a_run(tmp_path), list(errors)

    async def arun(_hook, _key):
        if left:
            raise left.pop()
        return run

    monkeypatch.setitem(waits.WAITS, "test", waits.Wait(lambda _: DONE, lambda *_: None, lambda _: 60, interval=0.0))
    monkeypatch.setattr(FlinkChaosHook, "arun", arun)
    monkeypatch.setattr(module, "SETTLE_SECONDS", 0)
    found = asyncio.run(anext(a_trigger().run())).payload
    assert (found["answer"], found["message"]) == (answer, message)


def test_the_deadline_is_a_moment_and_not_a_duration(monkeypatch, tmp_path):
    """A restarted triggerer does not begin to wait anew."""
    found = event(monkeypatch, tmp_path, [PENDING], deadline=time.time() - 1)
    assert (found["answer"], found["message"]) == ("late", "lag 7")


def test_a_trigger_survives_its_serialization():
    """Another triggerer makes the same one of it."""
    path, arguments = a_trigger(deadline=5.0).serialize()
    again = import_string(path)(**arguments)
    assert again.serialize() == (path, arguments)
