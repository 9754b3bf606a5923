import pytest
from flink_chaos.model.journal import Journal
from flink_chaos.model.recovery import Mark, Recovery
from flink_chaos.verdict.measures import MEASURES


@pytest.mark.parametrize(("name", "measure"), MEASURES.items())
def test_a_measured_bound_has_as_many_digits_as_its_value_is_told_with(name, measure):
    """Or a run that is told to be as slow as its bound would break it."""
    told = measure.seen.format(value=10 / 3).split()[0]
    assert len(told.partition(".")[2]) == measure.digits, name


@pytest.mark.parametrize(("bound", "mark"), [("recovery_seconds", "checkpointed"), ("caught_up_seconds", "caught up")])
@pytest.mark.parametrize(
    ("marks", "other", "seconds"),
    [
        ({}, {}, 0.0),
        ({}, {"unavailable_seconds": 0.0}, 0.0),
        ({}, {"unavailable_seconds": 9.0}, None),
        ({}, {"undisturbed": True}, None),
        ({"felt": 3.0}, {}, None),
        ({"mark": 7.0}, {}, 7.0),
        ({"felt": 3.0, "mark": 7.0}, {"unavailable_seconds": 9.0}, 7.0),
    ],
)
def test_a_fault_that_hurt_nothing_needs_no_time_to_come_back_from(bound, mark, marks, other, seconds):
    """One that was felt or stopped something does, and without a fault there is no time to tell."""
    named = {mark if name == "mark" else name: after for name, after in marks.items()}
    seen = [Mark(name=name, at_ms=0, seconds=after, clock="c", seen="s") for name, after in named.items()]
    found = Recovery(fault_ms=0, clock="c", marks=seen, resolution_seconds=1.0, **other)
    assert MEASURES[bound].of(Journal([]), found) == seconds
