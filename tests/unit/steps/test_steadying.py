import pytest
from flink_chaos.model.facts import LoadStarted, Steady
from flink_chaos.steps.run import RunEndsError
from flink_chaos.steps.steadying import require_load

from tests.unit.plans import AT
from tests.unit.runs import a_run


@pytest.fixture
def run(tmp_path, mock_cluster):
    """A run of a thousand records whose loader has begun."""
    topic = mock_cluster.topic({0: 3})
    made = a_run(tmp_path, kafka=mock_cluster.kafka, data_count_to_load=1_000, records_per_second=10)
    made.attempt.append(LoadStarted(at=AT, topic=topic, begin=dict.fromkeys(range(4), 0)))
    return made


def test_a_load_that_goes_on_may_be_disturbed(run):
    """Three of a thousand records are there."""
    require_load(run)
    assert run.journal.last(Steady) is None


def test_no_fault_hits_an_idle_application(run, mock_cluster):
    """A finished load with lag 0 would be the steadiest state of all."""
    mock_cluster.write(run.journal.last(LoadStarted).topic, {0: 997})
    with pytest.raises(RunEndsError, match="all 1,000 records were loaded before the fault"):
        require_load(run)
    assert run.journal.last(Steady).ok is False
