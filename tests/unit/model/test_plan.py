from flink_chaos.model.measured import measured
from flink_chaos.model.plan import RunPlan

from tests.unit.plans import a_plan

WORDS = {"recovery_seconds": "measured", "failed_checkpoints": "measured", "caught_up_seconds": 60}


def test_the_word_of_a_request_is_over_a_number_of_the_pipeline():
    """And the other way round."""
    contract = a_plan(contract_bounds=WORDS).contract
    assert contract.to_measure == ["recovery_seconds", "failed_checkpoints"]
    assert (contract.number("recovery_seconds"), contract.number("caught_up_seconds")) == (None, 60)
    again = contract.overridden({"recovery_seconds": 30, "caught_up_seconds": "measured"})
    assert again.to_measure == ["caught_up_seconds", "failed_checkpoints"]


def test_a_bounded_plan_has_numbers_only():
    """What could not be measured is not demanded."""
    found = {"recovery_seconds": measured([10] * 5, [], 1)}
    plan = a_plan(contract_bounds=WORDS).bounded(found)
    assert plan.contract.model_dump(exclude_none=True) == {"recovery_seconds": 15.0, "caught_up_seconds": 60.0}
    assert plan.measured == found
    assert RunPlan.model_validate_json(plan.model_dump_json(by_alias=True)) == plan


def test_a_plan_of_before_bounds_were_measured_is_read():
    """It had numbers only, and said nothing of where they came from."""
    old = a_plan(contract_bounds={"recovery_seconds": 60}).model_dump(mode="json", by_alias=True, exclude={"measured"})
    assert RunPlan.model_validate(old).contract.number("recovery_seconds") == 60
