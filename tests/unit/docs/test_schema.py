import json
from pathlib import Path

import pytest
from flink_chaos.model.journal import Journal
from flink_chaos.verdict.judge import judge
from jsonschema import Draft202012Validator, ValidationError

from tests.unit.observed import facts, observation
from tests.unit.plans import a_plan, journal

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "verdict.schema.json").read_text())


@pytest.mark.parametrize("found", [journal(), Journal([]), journal(*facts())])
def test_a_verdict_is_what_its_schema_says(found):
    """That the schema is up to date is tested with the pages of the DAGs."""
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(json.loads(judge(a_plan(), found, observation()).model_dump_json()))


def test_what_is_no_verdict_is_refused():
    """Or the test above could not fail."""
    told = json.loads(judge(a_plan(), journal()).model_dump_json())
    with pytest.raises(ValidationError, match="'GREEN' is not one of"):
        Draft202012Validator(SCHEMA).validate(told | {"outcome": "GREEN"})
