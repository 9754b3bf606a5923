import json

import pytest
from flink_chaos.report.table import table
from flink_chaos.report.text import as_json, compared
from flink_chaos.verdict.judge import judge

from tests.unit.plans import a_plan, journal

VERDICT = judge(a_plan(), journal())
STORED = as_json(VERDICT) + "\n"


def test_numbers_and_their_names_stand_to_the_right():
    """A column is read from its last digit."""
    assert list(table(["name", "n"], [["a", 100], ["b", 7]])) == ["name    n", "----  ---", "a     100", "b       7"]


def test_a_table_without_rows_is_its_names():
    """Nothing was found, and that is shown."""
    assert list(table(["name", "n"], [])) == ["name  n", "----  -"]


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
