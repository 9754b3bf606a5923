"""Makes the verdict from the stored facts, and stores it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.model.facts import Judging, StepFailed
from flink_chaos.steps.reporting import draw_or_warn
from flink_chaos.steps.selftest_fact import self_test_fact
from flink_chaos.store.records import ExistsError
from flink_chaos.store.samples import observation
from flink_chaos.store.selftest import latest
from flink_chaos.verdict.judge import judge

if TYPE_CHECKING:
    from flink_chaos.model.verdict import Verdict
    from flink_chaos.store.records import Attempt


def announce(attempt: Attempt) -> None:
    """Journal that the verdict is about to be made: whoever observes stores what it has."""
    if not attempt.closed:
        attempt.append(Judging(at=now()))


def close(attempt: Attempt) -> Verdict:
    """The verdict of the attempt; stored once, later calls return the stored one, and whoever comes second, too."""
    stored = attempt.verdict()
    if stored is not None:
        return stored
    attempt.append(self_test_fact(latest(attempt.root)))
    verdict = judge(attempt.plan(), attempt.journal(), observation(attempt))
    try:
        attempt.close(verdict)
    except ExistsError:
        return attempt.verdict() or verdict
    draw_or_warn(attempt)
    return verdict


def end(attempt: Attempt) -> Verdict:
    """The verdict of an attempt that nobody will go on with: ABORTED unless one stands."""
    abort(attempt, "run", "ended before a verdict was made")
    return close(attempt)


def abort(attempt: Attempt, step: str, message: str) -> None:
    """Journal that a step failed, so that the verdict can only be ABORTED."""
    if attempt.verdict() is None:
        attempt.append(StepFailed(at=now(), step=step, message=message))
