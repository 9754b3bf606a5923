"""What the cluster did to the copies: a run that did not go on because of it says nothing of the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Drained, Unschedulable
from flink_chaos.model.trouble_facts import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan

NOT_OURS = "not the application's doing"


def trouble_doubts(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """Causes from outside for which a wait expired, a copy was not drained, or a pod found no node.

    A drained node takes room away by itself: that the chaos copy does not fit elsewhere is the finding of such a run.
    """
    found = list(_told(fact for fact in journal.all(Trouble) if not _was_overcome(fact, journal)))
    yield from found
    short = journal.last(Unschedulable)
    if short is not None and plan.fault.aim != "node" and not found:
        yield f"{NOT_OURS}: {', '.join(short.pods)} found no node, and the fault takes none away: {short.message}"


def _was_overcome(fact: Trouble, journal: Journal) -> bool:
    """What was seen after a drain matters if it failed."""
    ends = [journal.last(Drained, copy_=copy) for copy in Copy if fact.wait.endswith(copy.value)]
    return fact.moment == "drained" and all(end is None or end.ok for end in ends)


def _told(facts: Iterable[Trouble]) -> Iterator[str]:
    causes = dict.fromkeys(cause for fact in facts for cause in fact.causes if cause.outside)
    yield from (f"{NOT_OURS}: {cause.told}" for cause in causes)
