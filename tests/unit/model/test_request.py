import pytest
from flink_chaos.model.base import Guarantee
from flink_chaos.model.request import RunRequest
from pydantic import ValidationError


def test_the_defaults_are_a_valid_request():
    """Whoever changes nothing gets a run."""
    assert RunRequest().demanded is Guarantee.EXACTLY_ONCE


def test_the_contract_may_demand_more_than_the_sink_gives():
    """Contract and configuration are two things: that is how a test can fail."""
    request = RunRequest(delivery_guarantee="AT_LEAST_ONCE", contract="EXACTLY_ONCE")
    assert (request.delivery_guarantee, request.demanded) == (Guarantee.AT_LEAST_ONCE, Guarantee.EXACTLY_ONCE)


def test_a_load_that_ends_before_the_fault_is_refused_with_the_least_count():
    """The plan refuses a count that ends before fault and recovery do, and says which would do."""
    request = RunRequest(data_count_to_load=100_000, records_per_second=2_000, fault_after_seconds=20)
    request.require_load(fault_seconds=15, injection_seconds=15)
    with pytest.raises(ValueError, match="Load at least 130000 records"):
        request.require_load(fault_seconds=30, injection_seconds=15)


def test_an_unknown_parameter_is_refused():
    """A misspelt parameter must not be a silent default."""
    with pytest.raises(ValidationError, match="data_count"):
        RunRequest(data_count=5)


@pytest.mark.parametrize(
    ("given", "by_hand", "decided"),
    [("auto", True, "refuse"), ("auto", False, "wait"), ("refuse", False, "refuse"), ("wait", True, "wait")],
)
def test_a_run_that_nobody_looks_at_waits_for_the_topics(given, by_hand, decided):
    """Unless somebody said otherwise."""
    assert RunRequest(on_busy=given).decided(by_hand=by_hand).on_busy == decided


@pytest.mark.parametrize(
    ("bounds", "told"),
    [
        ({"recovery": 3}, "no bound recovery; there are: duplicates_percent, recovery_seconds"),
        (
            {"failed_checkpoints": -1},
            r"failed_checkpoints\n.*-1 is no bound; write a number that is at least 0, or `measured`",
        ),
        ({"failed_checkpoints": float("nan")}, r"failed_checkpoints\n.*nan is no bound"),
        ({"recovery_seconds": "measurd"}, r"1 validation error(.|\n)*recovery_seconds\n.*'measurd' is no bound"),
    ],
)
def test_a_bound_that_cannot_be_is_refused_with_those_there_are(bounds, told):
    """In one line, before anything is touched."""
    with pytest.raises(ValidationError, match=told):
        RunRequest(contract_bounds=bounds)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"seed": True}, "`true` is a yes or no; write a number or a text"),
        ({"job_manager_cpu": False}, "`false` is a yes or no"),
        ({"job_manager_cpu": float("nan")}, "finite number"),
        ({"records_per_second": float("inf")}, "finite number"),
        ({"job_manager_memory": "9" * 30 + "g"}, "pattern"),
        ({"flink_configuration": {"a": "b\0"}}, "holds a character that cannot be used"),
        ({"flink_configuration": {"a\0": "b"}}, "holds a character that cannot be used"),
        ({"flink_configuration": {"a": ["b"]}}, "holds a list or a mapping where one value is asked for"),
        ({"offsets": "to-offset:" + "9" * 5_000}, "has 5,010 characters; 4,000 are allowed"),
        ({"pipeline": "x" * 10**6}, "has 1,000,000 characters"),
        ({"contract_bounds": {"recovery_seconds": True}}, "True is no bound"),
    ],
)
def test_a_value_of_another_kind_is_refused_in_our_words(given, told):
    """Pydantic takes a yes for a 1, and any text for a text."""
    with pytest.raises(ValidationError, match=told):
        RunRequest(**given)


def test_the_form_is_told_nothing_of_that():
    """Its schema is the same."""
    field = RunRequest.model_json_schema()["properties"]["seed"]
    assert {name: field[name] for name in ("type", "minimum", "maximum")} == {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
