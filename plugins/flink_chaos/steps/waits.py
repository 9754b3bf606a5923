"""Every wait of a run by name: what is asked, how often, how long, and what happens when time is up.

The CLI asks in a loop, a deferred Airflow task asks from the triggerer: both by these names.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from flink_chaos import clock
from flink_chaos.cluster.errors import ClusterError, is_passing
from flink_chaos.cluster.patience import patient
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.base import Copy
from flink_chaos.model.masking import masked
from flink_chaos.steps import (
    comparing,
    deploying,
    draining,
    drilling,
    halting,
    heartbeat,
    injecting,
    loading,
    locking,
    sampling,
    steadying,
    stopping,
    undoing,
)
from flink_chaos.steps.run import Progress, RunEndsError, StepError, told
from flink_chaos.steps.troubles import explained, look_for_trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flink_chaos.model.plan import Deadlines
    from flink_chaos.model.trouble_facts import Cause, Moment
    from flink_chaos.steps.run import Run

CALM_SECONDS = 10.0
"""Figures change with every question; nobody reads them all."""

LATE_SECONDS = 60.0
"""For one more checkpoint, of a copy that was done long before anybody asked."""

WRITE_SECONDS = 10.0
"""How long a deed of a wait is repeated at once: whoever asks next would take what it did for somebody else's doing."""

REMOVAL_SECONDS = 240
CLOSING_SECONDS = 30
"""A part of samples lasts 10 s, and the triggerer may be busy."""


@dataclass(frozen=True)
class Wait:
    """A question that is asked until it is answered with done."""

    check: Callable[[Run], Progress]
    expired: Callable[[Run, str], None]
    seconds: Callable[[Deadlines], int]
    interval: float = 2.0
    stoppable: bool = True
    """Whether a request to stop the run ends it; what takes things away goes on."""

    locked: bool = True
    """Whether the run must hold its lock, which is renewed beside the questions."""
    since: Callable[[Run], datetime | None] = lambda _: None
    """The moment from which the seconds count, a fact of the run; None: from the first question."""

    of_pods: bool = False
    """Whether pods of the run are waited for: when it fails, the cluster is asked why."""

    looks_back: bool = False
    """Whether the cluster is asked when it is done, too."""


def _fail(what: str) -> Callable[[Run, str], None]:
    def expired(run: Run, message: str) -> None:
        raise StepError(f"{what} took too long in run {run.plan.run_key}: {message}")

    return expired


def _for_copies(name: str, wait: Callable[[Copy], Wait]) -> dict[str, Wait]:
    return {f"{name}_{copy}": wait(copy) for copy in Copy}


WAITS: dict[str, Wait] = {
    "lock": Wait(locking.take, _fail("waiting for the lock"), lambda d: d.lock, 5.0, locked=False),
    **_for_copies(
        "deploy",
        lambda c: Wait(
            partial(deploying.check_running, copy=c), _fail(f"starting the {c} copy"), lambda d: d.deploy, of_pods=True
        ),
    ),
    "flow": Wait(loading.check_flowing, _fail("the loader's first record"), lambda d: d.deploy, 1.0, of_pods=True),
    "steady": Wait(steadying.check_steady, steadying.steady_expired, lambda d: d.steady, 1.0, of_pods=True),
    "fault": Wait(injecting.check_fault, injecting.fault_expired, lambda d: d.fault, of_pods=True),
    "suspended": Wait(drilling.check_suspended, _fail("stopping for the drill"), lambda d: d.stop, of_pods=True),
    "resumed": Wait(drilling.check_resumed, drilling.resume_expired, lambda d: d.deploy, of_pods=True),
    "load": Wait(loading.check_loaded, loading.load_expired, lambda d: d.load, of_pods=True),
    **_for_copies(
        "drain",
        lambda c: Wait(
            partial(draining.check_drained, copy=c),
            lambda run, message: draining.drain_expired(run, c, message),
            lambda d: d.drain,
            since=draining.loaded_at,
            of_pods=True,
            looks_back=True,
        ),
    ),
    **_for_copies(
        "stop",
        lambda c: Wait(
            partial(stopping.check_stopped, copy=c),
            lambda run, message: stopping.stop_expired(run, c, message),
            lambda d: d.stop,
            of_pods=True,
        ),
    ),
    "sinks": Wait(comparing.check_sinks_closed, comparing.sinks_expired, lambda d: d.sinks),
    "observe": Wait(sampling.check_observed, sampling.observation_expired, lambda d: d.total, 0.0, stoppable=False),
    "observed": Wait(sampling.check_closed, lambda _run, _told: None, lambda _: CLOSING_SECONDS, 1.0, stoppable=False),
    "removal": Wait(undoing.check_removed, undoing.removal_expired, lambda _: REMOVAL_SECONDS, stoppable=False),
}


def ask(wait: Wait, run: Run) -> Progress:
    """Ask once. A system that does not answer right now is no answer, not an error: the deadline decides.

    Raises StepError when somebody asked the run to stop, and for what is forbidden: waiting does not allow it.
    """
    try:
        if wait.stoppable:
            halting.obey(run.attempt)
        with patient(0, writes=WRITE_SECONDS):  # the next question is the repetition
            if wait.stoppable and wait.locked:
                heartbeat.beat(run)
            return _checked(wait, run)
    except (ClusterError, KafkaProblem, OSError) as error:  # OSError: the store, on a disk that is not ours
        if getattr(error, "status", None) == HTTPStatus.FORBIDDEN and not is_passing(error):
            raise StepError(str(error)) from error
        return Progress(done=False, message=told(error))


def seconds_left(wait: Wait, run: Run) -> float:
    """How long the question may be asked from now on; whoever comes late gets the time to see what is there."""
    seconds, since = wait.seconds(run.plan.deadlines), wait.since(run)
    if since is None:
        return seconds
    passed = (clock.now() - since).total_seconds()
    return max(seconds - passed, min(seconds, LATE_SECONDS + 2 * run.plan.request.checkpoint_interval_seconds))


def expire(wait: Wait, run: Run, message: str) -> None:
    """The deadline passed: do what the wait does then, with the causes that the cluster tells.

    Raises RunEndsError instead of StepError when the cause is not the application: the verdict names it.
    """
    causes = _causes(wait, run, "a wait expired")
    try:
        wait.expired(run, "; ".join([message, *(cause.told for cause in causes)]))
    except StepError as error:
        if any(cause.outside for cause in causes):
            raise RunEndsError(str(error)) from error
        raise


def _checked(wait: Wait, run: Run) -> Progress:
    try:
        progress = wait.check(run)
    except StepError as error:
        raise explained(str(error), _causes(wait, run, "a wait expired")) from error
    if progress.done and wait.looks_back:
        _causes(wait, run, "drained")
    return progress


def _causes(wait: Wait, run: Run, moment: Moment) -> list[Cause]:
    name = next((name for name, known in WAITS.items() if known is wait), "")
    return look_for_trouble(run, moment, name) if wait.of_pods else []


class Teller:
    """Says a new answer at once when it is the first, and then no oftener than every CALM_SECONDS."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._last, self._at = "", -math.inf

    def tell(self, progress: Progress) -> None:
        """Say it, if it is new and it is time; what is done is always said."""
        calm = clock.monotonic() - self._at < CALM_SECONDS
        if progress.message == self._last or (calm and not progress.done):
            return
        self._last, self._at = progress.message, clock.monotonic()
        self._say(masked(progress.message))


def wait_for(name: str, run: Run, say: Callable[[str], None], *, patience: float = math.inf) -> bool:
    """Ask until done or until time is up.

    False when `patience` (seconds) ended before either: somebody else must go on asking.
    """
    wait, teller, begin = WAITS[name], Teller(say), clock.monotonic()
    seconds = seconds_left(wait, run)
    while not (progress := ask(wait, run)).done:
        teller.tell(progress)
        passed = clock.monotonic() - begin
        if passed > seconds:
            expire(wait, run, progress.message)
            return True
        if passed > patience:
            return False
        clock.sleep(wait.interval)
    teller.tell(progress)
    return True
