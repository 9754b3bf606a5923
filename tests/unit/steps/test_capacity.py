import pytest
from flink_chaos.steps.capacity import place, quantity


@pytest.mark.parametrize(
    ("text", "number"), [("300m", 0.3), ("2", 2), ("1Gi", 2**30), ("1500Ki", 1500 * 2**10), ("1G", 1e9)]
)
def test_quantities_are_read_as_kubernetes_writes_them(text, number):
    """Binary and decimal units, and thousandths."""
    assert quantity(text) == pytest.approx(number)


def test_room_in_sum_is_no_room_for_a_large_pod():
    """A pod must find one node."""
    rooms = {"a": (2.0, 4.0), "b": (2.0, 4.0)}
    assert (place(rooms, [(1, 3), (1, 3)]) is not None, place(rooms, [(1, 5)])) == (True, None)


def test_placed_pods_take_their_room():
    """The third one does not fit."""
    assert place({"a": (2.0, 4.0)}, [(1, 2), (1, 2), (0.1, 0.1)]) is None
