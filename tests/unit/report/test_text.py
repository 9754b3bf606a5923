from flink_chaos.report.text import compared, render
from flink_chaos.verdict.judge import judge

from tests.unit.observed import facts, observation
from tests.unit.plans import a_plan, journal


def test_how_the_application_came_back_is_told_where_it_was_observed():
    """The numbers that people ask for first."""
    plan = a_plan()
    text = render(judge(plan, journal(*facts()), observation()))
    assert "recovered       13.2 s" in text
    assert "recovered" not in render(judge(plan, journal()))


def test_a_verdict_that_was_made_again_is_compared_to_the_byte():
    """And what differs is named."""
    plan = a_plan()
    verdict = judge(plan, journal())
    assert compared(verdict, judge(plan, journal())) == "the stored verdict is the same"
    other = judge(plan, journal(*facts()), observation())
    assert compared(other, verdict) == "the stored verdict differs in: reasons, lines, recovery"
