import pytest
from flink_chaos.model.facts import Loaded, LoadStarted, Steady, TopicBegin
from flink_chaos.steps import loading
from flink_chaos.steps.loading import check_loaded, load_expired
from flink_chaos.steps.run import RunEndsError
from flink_chaos.steps.steadying import require_load

from tests.unit.plans import AT
from tests.unit.runs import a_run


@pytest.fixture
def load(tmp_path, mock_cluster, monkeypatch):
    """A run of a hundred records, and its source; the loader is in this state."""

    def make(state="FINISHED"):
        topic = mock_cluster.topic({0: 3})
        run = a_run(tmp_path, kafka=mock_cluster.kafka, data_count_to_load=1_000, records_per_second=10)
        object.__setattr__(run.plan.request, "data_count_to_load", 100)
        object.__setattr__(run.plan.pipeline.topics, "source", topic)
        begin = {0: 3, 1: 0, 2: 0, 3: 0}
        run.attempt.append(TopicBegin(at=AT, topic=topic, offsets=begin))
        run.attempt.append(LoadStarted(at=AT, topic=topic, begin=begin))
        monkeypatch.setattr(loading, "deployment_of", lambda *_: {})
        monkeypatch.setattr(loading.status, "job_state", lambda _: state)
        return run, topic

    return make


def test_a_loader_with_transactions_wrote_as_many_records_as_can_be_read(load, mock_cluster):
    """Each of its four markers has an offset as well: 104 offsets, and the load was complete."""
    run, topic = load()
    for partition in range(4):
        mock_cluster.transaction(topic, partition, 25)
    assert check_loaded(run).message == "100 of 100 records, loader FINISHED"
    loaded = run.journal.last(Loaded)
    assert (loaded.written, loaded.end) == (100, {0: 28, 1: 25, 2: 25, 3: 25})


def test_markers_do_not_make_up_for_records(load, mock_cluster):
    """98 records and two markers are 100 offsets."""
    run, topic = load()
    mock_cluster.transaction(topic, 0, 49)
    mock_cluster.transaction(topic, 1, 49)
    with pytest.raises(RunEndsError, match=r"load: 98 of 100 records were written \(FINISHED\)"):
        check_loaded(run)


def test_a_load_goes_on_while_a_transaction_of_it_is_open(load, monkeypatch):
    """What is in it is not delivered yet."""
    run, topic = load()
    monkeypatch.setattr(loading, "closed_end", lambda *_: None)
    monkeypatch.setattr(loading, "open_on", lambda _, name: f"a transaction is open on {name}")
    answer = check_loaded(run)
    assert (answer.done, answer.message) == (False, f"loader FINISHED, a transaction is open on {topic}")


def test_a_load_whose_time_is_up_counts_what_can_be_read(load, mock_cluster):
    """By reading as well."""
    run, topic = load("RUNNING")
    mock_cluster.transaction(topic, 0, 7)
    assert check_loaded(run).message == "about 8 of 100 records, loader RUNNING"
    with pytest.raises(RunEndsError, match="7 of 100 records were written"):
        load_expired(run, "slow")
    assert run.journal.last(Loaded).state == "deadline passed: slow"


def test_a_loader_with_transactions_may_be_disturbed_until_its_last_record(load, mock_cluster):
    """100 offsets are there, of which two are markers: two records are still to come."""
    run, topic = load()
    mock_cluster.transaction(topic, 0, 49)
    mock_cluster.transaction(topic, 1, 49)
    require_load(run)
    assert run.journal.last(Steady) is None
    mock_cluster.write(topic, {2: 2})
    with pytest.raises(RunEndsError, match="all 100 records were loaded"):
        require_load(run)
