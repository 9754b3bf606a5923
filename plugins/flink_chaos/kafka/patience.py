"""Repeats what is asked once in a run, so that a broker that is away for a moment does not end it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from flink_chaos import clock
from flink_chaos.kafka.errors import KafkaProblem

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

SECONDS = 60.0
PAUSE = 1.0


def patiently(act: Callable[[], T], seconds: float = SECONDS) -> T:
    """Do what may be done twice, again and again while what fails is transient, for so many seconds.

    Raises the last KafkaProblem. For steps that are made once: a wait is asked again anyway, until its own deadline.
    """
    deadline = clock.monotonic() + seconds
    while True:
        try:
            return act()
        except KafkaProblem as problem:
            if not problem.transient or clock.monotonic() > deadline:
                raise
        clock.sleep(PAUSE)
