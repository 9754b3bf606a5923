"""What the copies' jobs really ran with, where it is not what was planned: doubts, and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy, Guarantee
from flink_chaos.model.facts import Drained
from flink_chaos.model.running_facts import MODE_NAME, Running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.running_facts import Difference


def running_doubts(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """Reasons why what ran was not what the run is about."""
    for copy, running in _running(journal):
        for one in running.differences:
            if one.danger or _is_weaker(one):
                yield f"{copy} copy: {one.told}: its program, its SQL or its image says so"
        drained = journal.last(Drained, copy_=copy)
        seconds = (running.interval_ms or 0) / 1000
        if drained and not drained.ok and seconds > plan.request.checkpoint_interval_seconds:
            yield (
                f"{copy} copy: checkpoints began every {seconds:g} s, not every "
                f"{plan.request.checkpoint_interval_seconds} s as planned: too seldom for the time it had to catch up"
            )


def running_notes(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """One line for everything else that differed, for both copies at once where it is the same."""
    del plan
    told: dict[str, list[Copy]] = {}
    for copy, running in _running(journal):
        for one in running.differences:
            if not (one.danger or _is_weaker(one)):
                told.setdefault(one.told, []).append(copy)
    for line, copies in told.items():
        yield f"{' and '.join(copies)} copy: {line}"


def _running(journal: Journal) -> Iterator[tuple[Copy, Running]]:
    for copy in Copy:
        found = journal.last(Running, copy_=copy)
        if found:
            yield copy, found


def _is_weaker(one: Difference) -> bool:
    """Records may come twice by configuration, and by no failure."""
    return one.what == MODE_NAME and one.planned == Guarantee.EXACTLY_ONCE
