"""Waiting and looking that every fault does: conditions with a time-out, and the state of the application."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from experiments.errors import ChaosError, Code
from experiments.selection import all_targets

if TYPE_CHECKING:
    from collections.abc import Callable

    from experiments.run import Run

SLICE = 1.0
"""Seconds."""


def await_condition(
    run: Run,
    condition: Callable[[], bool],
    failure: str,
    *,
    target: str = "",
    code: Code = Code.STATUS_CHECKS,
    timeout: int | None = None,
) -> None:
    """Look every STATUS_CHECK_DELAY. Raises ChaosError with `failure` after `timeout` s (else STATUS_CHECK_TIMEOUT)."""
    limit = run.settings.status_timeout if timeout is None else timeout
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() >= end:
            raise ChaosError(code, f"{failure} after {limit} s", target)
        time.sleep(run.settings.status_delay)


def health_check(run: Run, reason: str) -> None:
    """If the engine asks for it: wait until every pod that TARGETS means is ready, and write event `reason`."""
    if not run.settings.health_check:
        return

    def healthy() -> bool:
        return all(pod.ready for pod in all_targets(run.cluster, run.settings))

    await_condition(run, healthy, "application pods are not ready")
    run.engine_event(reason, "AUT: Running")


def ramp(run: Run) -> None:
    """Wait RAMP_TIME."""
    pause(run.settings.ramp_time)


def pause(seconds: float) -> None:
    """Wait in slices: a SIGTERM that comes just before a sleep begins is only seen when that sleep has ended."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(SLICE, left))
