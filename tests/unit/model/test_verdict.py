import json
from pathlib import Path

import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import RecordProof
from flink_chaos.model.facts import SelfTest, StepFailed
from flink_chaos.model.journal import Journal
from flink_chaos.model.proof import Deliveries, Finding, Place
from flink_chaos.model.verdict import SCHEMA_VERSION, Verdict
from flink_chaos.report.text import as_json
from flink_chaos.verdict.judge import judge
from jsonschema import Draft202012Validator

from tests.unit.observed import facts, observation
from tests.unit.plans import AT, RECORDS, a_plan, counts, journal, table

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "verdict.schema.json").read_text())
PLAN = a_plan()
SAME = {"expected": RECORDS, "records": RECORDS, "ids": RECORDS, "lost": 0, "duplicated": 0, "surplus": 0, "extra": 0}
PLACE = Place(partition=1, offset=2, timestamp_ms=3)
FINDING = Finding(kind="duplicated", id="7", source=PLACE, sink=[PLACE, PLACE], phase="in the fault", cause="again")
PROOF = RecordProof(at=AT, copy=Copy.CHAOS, deliveries=Deliveries(**SAME), findings=[FINDING], seconds=1)
TEST = SelfTest(at=AT, ok=True, version="0")
LOST = (counts(Copy.CHAOS, records=RECORDS - 3, ids=RECORDS - 3, lost=3), table(chaos=RECORDS - 3))
FAILED = StepFailed(at=AT, step="lock", message="taken")


@pytest.mark.parametrize(
    "found",
    [
        journal(*facts(), PROOF, TEST),
        journal(*LOST),
        Journal([]),
        Journal([FAILED]),
    ],
)
def test_a_stored_verdict_is_what_its_published_schema_says(found):
    """With and without recovery, proof and self-test; whatever the outcome."""
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(json.loads(as_json(judge(PLAN, found, observation()))))


def test_the_schema_demands_what_every_verdict_has():
    """Files of before a field was added stay good, as such a field has a default."""
    whole = json.loads(as_json(judge(PLAN, journal())))
    validator = Draft202012Validator(SCHEMA)
    needed = [name for name in whole if not validator.is_valid({k: v for k, v in whole.items() if k != name})]
    assert needed == [name for name, field in Verdict.model_fields.items() if field.is_required()]
    assert not validator.is_valid({**whole, "outcome": "GREEN"})


def test_the_schema_has_a_version_and_a_name_without_an_address():
    """It is found beside the documentation."""
    assert (SCHEMA["version"], SCHEMA["$id"]) == (SCHEMA_VERSION, "verdict.schema.json")
