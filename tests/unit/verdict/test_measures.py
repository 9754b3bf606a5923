import pytest
from flink_chaos.model.journal import Journal
from flink_chaos.model.recovery import CheckpointSpan, Mark, Recovery
from flink_chaos.verdict.measures import MEASURES, VOID_SECONDS


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


@pytest.mark.parametrize(
    ("bound", "field"), [("failed_checkpoints", "resolution_seconds"), ("caught_up_seconds", "lag_resolution_seconds")]
)
@pytest.mark.parametrize(("beyond", "known"), [(0.0, True), (0.1, False)])
def test_looks_may_be_as_far_apart_as_the_limit_says_and_no_further(bound, field, beyond, known):
    """A number from fewer of them would say more than was seen."""
    spans = [CheckpointSpan(phase=name, completed=1, failed=0) for name in ("before", "during", "after")]
    apart = {"resolution_seconds": 1.0, "lag_resolution_seconds": 1.0, field: VOID_SECONDS + beyond}
    found = Recovery(fault_ms=0, clock="c", marks=[], checkpoints=spans, **apart)
    assert (MEASURES[bound].of(Journal([]), found) is not None) is known
