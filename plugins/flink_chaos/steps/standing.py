"""What ends a run although an operator tries again: trouble that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.clock import now
from flink_chaos.flink import status
from flink_chaos.model.progress_facts import FailureTold

if TYPE_CHECKING:
    from flink_chaos.steps.remains import Remains
    from flink_chaos.steps.run import Run

GRACE_SECONDS = 60.0
"""Longer than an operator takes to try again what failed in passing: it begins with 5 s, and each time waits longer."""


def standing_failure(run: Run, deployment: dict[str, Any]) -> str | None:
    """Why the application cannot come up, told at every look for a minute; None while that may pass."""
    return _standing(run, deployment, status.failure(deployment))


def standing_stop(run: Run, deployment: dict[str, Any]) -> str | None:
    """Why the job has ended for good by itself, told at every look for a minute; None while it may come back."""
    return _standing(run, deployment, status.failure(deployment) or status.stopped(deployment))


def passed(run: Run | Remains, name: str) -> None:
    """The deployment of this name is well: what comes later is new trouble, and gets its own minute."""
    last = run.journal.last(FailureTold, deployment=name)
    if last and last.reason:
        run.attempt.append(FailureTold(at=now(), deployment=name, reason=""))


def _standing(run: Run, deployment: dict[str, Any], reason: str | None) -> str | None:
    name = deployment["metadata"]["name"]
    if not reason:
        passed(run, name)
        return None
    return stands(run, name, reason)


def stands(run: Run | Remains, name: str, reason: str) -> str | None:
    """The trouble of that name once it has been told at every look for a minute; None while it may pass."""
    last = run.journal.last(FailureTold, deployment=name)
    if last is None or not last.reason:
        run.attempt.append(FailureTold(at=now(), deployment=name, reason=reason))
        return None
    stood = (now() - last.at).total_seconds()
    return f"{reason} (for {stood:.0f} s)" if stood >= GRACE_SECONDS else None
