import json

import pytest
from flink_chaos.report.text import as_json, compared, render
from flink_chaos.verdict.judge import judge

from tests.unit.observed import facts, observation
from tests.unit.plans import a_plan, journal

VERDICT = judge(a_plan(), journal())
STORED = as_json(VERDICT) + "\n"


def test_how_the_application_came_back_is_told_where_it_was_observed():
    """The numbers that people ask for first."""
    plan = a_plan()
    text = render(judge(plan, journal(*facts()), observation()))
    assert "recovered       13.2 s" in text
    assert "recovered" not in render(judge(plan, journal()))


def spoilt(**changes):
    return json.dumps(json.loads(STORED) | changes)


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        (STORED, "the stored verdict is the same"),
        (None, "no verdict is stored yet"),
        ("{", "the stored verdict is damaged"),
        (spoilt(), "the stored verdict differs in: nothing but how it is written"),
        (spoilt(outcome="FAIL", reasons=[]), "the stored verdict differs in: outcome, reasons"),
        (spoilt(new=None), "the stored verdict differs in: new"),
        (STORED.replace("0 lost", "1 lost", 1), "the stored verdict differs in: reasons.2"),
        (STORED.replace('"ok": true', '"ok": null', 1), "the stored verdict differs in: lines.0.ok"),
    ],
)
def test_a_verdict_made_again_is_compared_to_the_byte(stored, told):
    """What another version wrote otherwise differs too; only the places that differ are named."""
    assert compared(VERDICT, stored) == told


def test_notes_stand_below_the_reasons():
    """They are none."""
    lines = render(VERDICT.model_copy(update={"notes": ["not yet"]})).splitlines()
    assert lines[len(VERDICT.reasons) + 1] == "  not yet"
