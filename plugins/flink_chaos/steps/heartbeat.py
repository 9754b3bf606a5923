"""Renews the lock of a run at work, so that a run whose process is gone can be told from one that takes long."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from flink_chaos import clock
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.model.facts import LOCK_LOST
from flink_chaos.steps.judging import abort
from flink_chaos.steps.locking import renew
from flink_chaos.steps.run import StepError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.steps.run import Run

RENEW_SECONDS = 60.0
AGAIN_SECONDS = 10.0
"""After an API server that did not answer."""


def beat(run: Run) -> None:
    """Renew the lock if it is time. Raises StepError when it is the run's no more; an outage passes."""
    now = clock.monotonic()
    if now < run.pulse.next_at:
        return
    run.pulse.next_at = now + AGAIN_SECONDS
    with suppress(ClusterError):
        renew(run)
        run.pulse.next_at = now + RENEW_SECONDS


def journal_loss(run: Run) -> None:
    """Journal that the lock is not the run's any more: whatever else it saw go away is only what came of that."""
    with suppress(ClusterError):
        try:
            renew(run)
        except StepError as lost:
            abort(run.attempt, LOCK_LOST, str(lost))


@contextmanager
def beating(run: Run) -> Iterator[None]:
    """Renew it beside what is done, which may be minutes of work without a question."""
    ended = threading.Event()
    threading.Thread(target=_beat_until, args=(run, ended), name="heartbeat", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _beat_until(run: Run, ended: threading.Event) -> None:
    """A lock that is lost is told by the next question of the run itself."""
    while not ended.wait(AGAIN_SECONDS):
        try:
            beat(run)
        except StepError:
            return
