"""A whole run as a plain script, step after step."""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from flink_chaos import clock
from flink_chaos.cli.interrupting import undisturbed
from flink_chaos.cli.saying import say
from flink_chaos.cluster.patience import patient
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import StepFailed
from flink_chaos.model.journal import Journal
from flink_chaos.model.observation import Observation
from flink_chaos.model.text import TEXT, one_line
from flink_chaos.steps import (
    abandoned,
    comparing,
    deploying,
    drilling,
    injecting,
    judging,
    loading,
    preflight,
    proving,
    resetting,
    stopping,
)
from flink_chaos.steps.heartbeat import beating, journal_loss
from flink_chaos.steps.remains import STORE_ERRORS, remains_of
from flink_chaos.steps.removing import stop_faults
from flink_chaos.steps.run import SYSTEM_ERRORS, RunEndsError, StepError, told
from flink_chaos.steps.waits import wait_for
from flink_chaos.store.records import StoreError
from flink_chaos.verdict.judge import judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.model.verdict import Verdict
    from flink_chaos.steps.run import Run

EXPECTED = (StepError, StoreError, OSError, *SYSTEM_ERRORS)
"""OSError: of the store, on a disk that is full or gone."""


def perform(run: Run) -> Verdict:
    """Run every step, then take everything away again, whatever happened; return the verdict.

    One that cannot be stored is ABORTED, as the record is not whole.
    """
    try:
        _do(run)
    finally:
        with undisturbed():
            verdict = _end(run)
    return verdict


def undo(run: Run) -> tuple[Verdict, bool]:
    """Take away what a killed run left behind; it ends ABORTED unless its verdict stands already.

    The verdict, and whether nothing is left.
    """
    clean = abandoned.undo(remains_of(run), partial(_say, run, "removal"))
    _abort(run, "run", "ended before a verdict was made")
    return _closed(run), clean


def _do(run: Run) -> None:
    try:
        with patient():
            _wait(run, "lock")
            with beating(run):
                _steps(run)
    except RunEndsError as end:
        _say(run, "end", str(end))
    except EXPECTED as error:
        _say(run, "failed", told(error))
        _abort(run, "run", told(error))
    except BaseException as error:
        _abort(run, "run", f"interrupted: {told(error)}")
        raise


def _end(run: Run) -> Verdict:
    """The fault first, then all else; only then the verdict. What fails of it keeps nothing else from being done."""
    with suppress(*SYSTEM_ERRORS):
        stop_faults(remains_of(run))
    with suppress(*STORE_ERRORS):
        if run.pulse.began:
            journal_loss(run)
        judging.announce(run.attempt)
    try:
        abandoned.take_away(remains_of(run), partial(_say, run, "removal"))
    except StepError as error:
        _say(run, "removal", str(error))
    with suppress(*STORE_ERRORS):
        _wait(run, "observed")
    return _closed(run)


def _closed(run: Run) -> Verdict:
    try:
        return judging.close(run.attempt)
    except STORE_ERRORS as error:
        _say(run, "verdict", f"cannot be stored: {told(error)}")
        failed = StepFailed(at=clock.now(), step="store", message=f"the record cannot be written: {told(error)}")
        return judge(run.plan, Journal([*remains_of(run).journal.facts, failed]), Observation([]))


def _abort(run: Run, step: str, message: str) -> None:
    try:
        judging.abort(run.attempt, step, message)
    except STORE_ERRORS:
        run.unstored.append(StepFailed(at=clock.now(), step=step, message=message))


def _steps(run: Run) -> None:
    for name, act in _sequence(run):
        _say(run, name, "begins")
        act()


def _sequence(run: Run) -> list[tuple[str, Callable[[], object]]]:
    waits = partial(partial, _waits, run)
    return [
        ("preflight", partial(preflight.look, run)),
        ("topics", partial(resetting.prepare_topics, run)),
        ("reset offsets", partial(resetting.reset_offsets, run)),
        ("apply", partial(_for_copies, deploying.apply_copy, run)),
        ("applications run", waits("deploy_stable", "deploy_chaos")),
        ("load", partial(loading.start_load, run)),
        ("first record", waits("flow")),
        ("observe", partial(_observe, run)),
        ("steady", waits("steady")),
        *_fault(run, waits),
        ("loaded", waits("load")),
        ("catch up", waits("drain_stable", "drain_chaos")),
        ("suspend", partial(_for_copies, stopping.suspend, run)),
        ("stopped", waits("stop_stable", "stop_chaos", "sinks")),
        ("compare", partial(comparing.compare, run)),
        ("prove", partial(proving.journal_proof, run, partial(_say, run, "prove"))),
    ]


def _observe(run: Run) -> None:
    """Beside all that follows, and never in its way."""
    threading.Thread(target=_observed, args=(run,), name="observe", daemon=True).start()


def _observed(run: Run) -> None:
    try:
        wait_for("observe", run, lambda _: None)
    except Exception as error:  # noqa: BLE001 - what it sees explains a run and decides none
        _say(run, "observe", f"the run goes on without its observer: {told(error)}")


def _fault(run: Run, waits: Callable[..., Callable[[], object]]) -> list[tuple[str, Callable[[], object]]]:
    actions: dict[str, list[tuple[str, Callable[[], object]]]] = {
        "litmus": [("inject", partial(injecting.inject, run)), ("fault", waits("fault"))],
        "savepoint": [("drill", partial(drilling.start_drill, run)), ("resume", waits("suspended", "resumed"))],
        "none": [],
    }
    return actions[run.plan.fault.action]


def _for_copies(act: Callable[[Run, Copy], None], run: Run) -> None:
    for copy in Copy:
        act(run, copy)


def _waits(run: Run, *names: str) -> None:
    for name in names:
        _wait(run, name)


def _wait(run: Run, name: str) -> None:
    wait_for(name, run, lambda message: _say(run, name, message))


def _say(run: Run, step: str, message: str) -> None:
    elapsed = clock.now().timestamp() - run.plan.created_at.timestamp()
    say(f"{elapsed:6.0f} s  {step:16} {one_line(message, TEXT)}")
