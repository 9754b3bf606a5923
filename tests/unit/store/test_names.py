"""Names of records: whatever else lies beside them is none."""

import pytest
from flink_chaos.store.names import numbered, parts_among


@pytest.mark.parametrize(
    ("name", "is_part"),
    [
        ("20260101T000000.000000-1.0123456789ab-steady.json", True),
        ("20260101T000000.000000-77.140001-step_failed.json", True),
        ("20260101T000000.000000-1.1.json", True),
        ("20260101T000000.000000-1\n.1-steady.json", False),
        ("20260101T000000.000000-1.1-steady.json\n", False),
        ("20260101T000000.000000-1.1 (1)-steady.json", False),
        ("20260101T000000.000000-\x1b[2J-steady.json", False),
    ],
)
def test_a_part_is_named_by_its_time_and_its_writer(name, is_part):
    """A name that would take two lines, or move a cursor, is nobody's."""
    assert parts_among([name], "json") == ([name] if is_part else [])


def test_a_name_that_is_given_is_a_part_and_comes_last():
    """Also after one that somebody else's clock gave."""
    before = "20990101T000000.000000-1.1.json"
    assert parts_among([f"{numbered([before])}.json", before], "json")[0] == before
