"""Ends a run from outside, with nothing but its record: whoever runs it asks the record at every question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.model.facts import StopRequested
from flink_chaos.steps.run import StepError

if TYPE_CHECKING:
    from flink_chaos.store.records import Attempt


def request_stop(attempt: Attempt, by: str) -> bool:
    """Journal that the run is to end; False when it has a verdict already."""
    if attempt.verdict() is not None:
        return False
    attempt.append(StopRequested(at=now(), by=by))
    return True


def obey(attempt: Attempt) -> None:
    """Raise StepError when the run is to end, or has: whoever clears a task of it must clear `plan` too."""
    if attempt.verdict() is not None:
        raise StepError("the run has ended and its verdict stands; clear `plan` to make another attempt")
    request = attempt.journal("stop_requested").last(StopRequested)
    if request is not None:
        raise StepError(f"stopped by {request.by}")
