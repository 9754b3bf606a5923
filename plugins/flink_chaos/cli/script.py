"""A whole run as a plain script, step after step."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from flink_chaos import clock
from flink_chaos.cli.saying import say
from flink_chaos.cluster.patience import patient
from flink_chaos.model.base import Copy
from flink_chaos.model.text import TEXT, one_line
from flink_chaos.steps import (
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
from flink_chaos.steps.run import SYSTEM_ERRORS, RunEndsError, StepError, told
from flink_chaos.steps.waits import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.model.verdict import Verdict
    from flink_chaos.steps.run import Run

EXPECTED = (StepError, *SYSTEM_ERRORS)


def perform(run: Run) -> Verdict:
    """Run every step, then take everything away again, whatever happened; return the verdict."""
    try:
        with patient():
            _steps(run)
    except RunEndsError as end:
        _say(run, "end", str(end))
    except EXPECTED as error:
        _say(run, "failed", str(error))
        judging.abort(run.attempt, "run", str(error))
    except BaseException as error:
        judging.abort(run.attempt, "run", f"interrupted: {told(error)}")
        raise
    finally:
        try:
            judging.announce(run.attempt)
            _take_away(run)
            _wait(run, "observed")
        finally:
            judging.close(run.attempt)
    return judging.close(run.attempt)


def undo(run: Run) -> tuple[Verdict, bool]:
    """Take away what a killed run left behind; it ends ABORTED unless its verdict stands already.

    The verdict, and whether nothing is left.
    """
    verdict = judging.end(run.attempt)
    return verdict, _take_away(run)


def _take_away(run: Run) -> bool:
    """Whether nothing is left. What cannot be removed is said; it does not hide how the run ended."""
    try:
        with patient():
            _wait(run, "removal")
    except EXPECTED as error:
        _say(run, "removal", str(error))
        return False
    return True


def _steps(run: Run) -> None:
    _wait(run, "lock")
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
