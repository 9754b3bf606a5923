import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Drained, Unschedulable
from flink_chaos.model.trouble_facts import Cause, Trouble
from flink_chaos.verdict.trouble_doubts import trouble_doubts

from tests.unit.plans import AT, a_plan, journal


def trouble(moment="a wait expired", wait="drain_chaos", *, outside=True, words="quota"):
    cause = Cause(about="pods/p", words=words, outside=outside, whose="chaos")
    return Trouble(at=AT, moment=moment, wait=wait, causes=[cause])


def drained(copy=Copy.CHAOS, *, ok):
    return Drained(at=AT, copy=copy, ok=ok, message="", lag=0)


NO_ROOM = Unschedulable(at=AT, pods=["tm-1", "tm-2"], seconds=90, message="3 Insufficient memory")
TOLD = "not the application's doing: pods/p: quota"


@pytest.mark.parametrize(
    ("facts", "doubts"),
    [
        ([], []),
        ([trouble()], [TOLD]),
        ([trouble(), trouble(wait="stop_chaos")], [TOLD]),
        ([trouble(outside=False)], []),
        ([trouble("no room")], [TOLD]),
        ([trouble("drained"), drained(ok=True)], []),
        ([trouble("drained"), drained(ok=False)], [TOLD]),
        ([trouble("drained"), drained(ok=False), drained(Copy.STABLE, ok=True)], [TOLD]),
        ([trouble("drained"), drained(ok=True), drained(Copy.STABLE, ok=False)], []),
    ],
)
def test_a_cause_from_outside_that_was_not_overcome_is_a_doubt(facts, doubts):
    """Once; what the application did to itself is none."""
    assert list(trouble_doubts(a_plan(), journal(*facts))) == doubts


def test_no_room_is_a_finding_only_where_the_fault_takes_a_node():
    """Else somebody else took it."""
    told = "not the application's doing: tm-1, tm-2 found no node, and the fault takes none away: 3 Insufficient memory"
    assert list(trouble_doubts(a_plan(), journal(NO_ROOM))) == [told]
    assert list(trouble_doubts(a_plan(fault="node_drain"), journal(NO_ROOM))) == []
    assert list(trouble_doubts(a_plan(fault="node_drain"), journal(NO_ROOM, trouble("no room")))) == [TOLD]
