import pytest
from flink_chaos.model.footprint import UNDOING, footprint_in, footprint_of, key_of

from tests.unit.plans import a_plan


@pytest.mark.parametrize("parameters", [{}, {"fault": "node_drain"}, {"delivery_guarantee": "AT_LEAST_ONCE"}])
def test_a_lease_tells_what_the_plan_tells(parameters):
    """Where the groups are, and whether a node may be cordoned, is looked for without a plan."""
    told = footprint_of(a_plan(**parameters))
    found = footprint_in(told.namespace, told.lease, told.run_key, told.annotations)
    assert found == told.model_copy(update={"groups": None, "drains": True})


def test_the_annotations_of_a_run_hide_those_of_the_one_before():
    """A lease that is taken over keeps what nobody writes anew."""
    assert footprint_of(a_plan()).annotations["flink-chaos.io/drained-node"] == ""


@pytest.mark.parametrize("holder", ["r0123456789", UNDOING + "r0123456789"])
def test_a_run_is_known_by_itself_and_by_whoever_takes_it_away(holder):
    """Its key is the same."""
    assert key_of(holder) == "r0123456789"


@pytest.mark.parametrize("holder", ["", "flink-operator-7d9f", "r01234", "r0123456789x", "../r0123456789"])
def test_a_lease_of_somebody_else_is_of_no_run(holder):
    """Operators elect their leaders by leases too."""
    assert key_of(holder) == ""
