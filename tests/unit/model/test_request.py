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
