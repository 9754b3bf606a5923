import pytest
from flink_chaos.model.flink_options import OLDER_NAMES, Level, merged, milliseconds, option_of, value_of, whole_seconds

PAIRS = [(name, older) for name, names in OLDER_NAMES.items() for older in names]


@pytest.mark.parametrize(("name", "older"), PAIRS)
def test_the_later_place_counts_whatever_it_calls_the_option(name, older):
    """Flink would take the new name, wherever it came from, and the other would be lost without a word."""
    for first, second in ((name, older), (older, name)):
        found = merged([Level("a", {first: "built in"}), Level("b", {second: "wanted"})])
        assert found == {first: "wanted"}
        assert value_of(found, name) == "wanted"


@pytest.mark.parametrize(("name", "older"), PAIRS)
def test_two_names_of_one_option_in_one_place_are_refused(name, older):
    """Whoever wrote both means one of them; where both say the same there is nothing to choose."""
    with pytest.raises(ValueError, match=r"the profile: .* are two names of one Flink option"):
        merged([Level("the profile", {name: "1", older: "2"})])
    assert len(merged([Level("the profile", {name: "1", older: "1"})])) == 1


def test_no_name_means_two_options():
    """A present name is nobody's older one."""
    older = [name for names in OLDER_NAMES.values() for name in names]
    assert len(older) == len(set(older))
    assert not set(older) & set(OLDER_NAMES)
    assert option_of("anything.else") == "anything.else"


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("5s", 5_000),
        ("5 s", 5_000),
        ("500", 500),
        ("2 min", 120_000),
        ("1h", 3_600_000),
        ("PT1M30S", 90_000),
        ("7ms", 7),
    ],
)
def test_a_duration_is_read_as_flink_reads_it(text, ms):
    """A number alone is milliseconds."""
    assert milliseconds(text) == ms


@pytest.mark.parametrize("text", ["", "soon", "5 fortnights", "-5s", "PT", "1.5s"])
def test_what_is_no_duration_is_refused(text):
    """In words."""
    with pytest.raises(ValueError, match="is no duration"):
        milliseconds(text)


def test_seconds_are_never_too_few():
    """They are for how long to wait."""
    assert [whole_seconds(text) for text in ("1500 ms", "0", "30s")] == [2, 1, 30]
