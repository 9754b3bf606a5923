from types import SimpleNamespace

import pytest
from flink_chaos import clock
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Drained, Loaded, LoadStarted, Preflight, Steady
from flink_chaos.model.topic_facts import TopicState
from flink_chaos.steps import comparing, draining, preflight, resetting, steadying, topic_sink, topic_states
from flink_chaos.steps.run import RunEndsError
from flink_chaos.steps.topic_sink import TopicSink

from tests.unit.fake_clock import FakeClock
from tests.unit.plans import AT
from tests.unit.runs import a_run
from tests.unit.topics import a_state

AWAY = KafkaProblem("connection refused", transient=True)


def away_for(times, answer, problem=AWAY):
    """Fail so many times, then answer."""
    left = [problem] * times

    def ask(*_args, **_named):
        if left:
            raise left.pop()
        return answer

    return ask


@pytest.fixture
def faked():
    with clock.using(made := FakeClock()):
        yield made


@pytest.fixture
def run(tmp_path, monkeypatch, faked):
    """A run whose topics exist and end at 5."""
    for module, names in {
        resetting: {"ensure_topic": False, "end_offsets": {0: 5}},
        topic_sink: {"ensure_topic": False, "closed_end": {0: 5}, "last_stable_offsets": {0: 5}, "partition_count": 1},
    }.items():
        for name, answer in names.items():
            monkeypatch.setattr(module, name, away_for(0, answer))
    monkeypatch.setattr(topic_sink, "journal_open", lambda *_: None)
    monkeypatch.setattr(topic_states, "topic_state", lambda _, topic, moment: a_state(topic=topic, moment=moment))
    return a_run(tmp_path)


def test_brokers_that_are_away_for_a_moment_do_not_end_the_preparation(run, monkeypatch, faked):
    """It is made once in a run, and nothing comes of making it twice."""
    monkeypatch.setattr(resetting, "ensure_topic", away_for(3, answer=False))
    resetting.prepare_topics(run)
    assert faked.passed == 3


def test_a_missing_right_ends_the_preparation_at_once(run, monkeypatch, faked):
    """Nobody gives it in a minute."""
    monkeypatch.setattr(resetting, "ensure_topic", away_for(1, answer=False, problem=KafkaProblem("not authorized")))
    with pytest.raises(KafkaProblem, match="not authorized"):
        resetting.prepare_topics(run)
    assert faked.passed == 0


def test_offsets_are_reset_by_brokers_that_come_back(run, monkeypatch, faked):
    """Both groups stand where they should."""
    monkeypatch.setattr(resetting, "plan_reset", away_for(2, {0: 5}))
    monkeypatch.setattr(resetting, "committed", away_for(1, {0: None}))
    monkeypatch.setattr(resetting, "write_offsets", away_for(1, None))
    assert (resetting.reset_offsets(run).done, faked.passed) == (True, 4)


def test_a_sink_is_cut_by_brokers_that_come_back(run, monkeypatch, faked):
    """Else a deadline that passes in an outage would end the run."""
    monkeypatch.setattr(topic_sink, "last_stable_offsets", away_for(2, {0: 5}))
    TopicSink(run, Copy.CHAOS).cut()
    assert faked.passed == 2


def test_a_deadline_that_passes_in_an_outage_is_a_fact_all_the_same(run, monkeypatch, faked):
    """Of a copy that never drained, and of one that was never steady."""
    run.attempt.append(Loaded(at=AT, expected=1, written=1, state="FINISHED", begin={0: 0}, end={0: 1}))
    run.attempt.append(LoadStarted(at=AT, topic="t", begin={0: 0}))
    reached = SimpleNamespace(lag=7, left=1, unread=[], untold=[], told="lag 7")
    monkeypatch.setattr(draining, "look", away_for(2, reached))
    monkeypatch.setattr(draining, "_state", lambda *_: "job RUNNING")
    draining.drain_expired(run, Copy.CHAOS, "lag 7")
    monkeypatch.setattr(steadying, "growth", away_for(1, 1))
    monkeypatch.setattr(steadying, "look", away_for(0, reached))
    with pytest.raises(RunEndsError):
        steadying.steady_expired(run, "lag")
    assert (run.journal.last(Drained).lag, run.journal.last(Steady).ok, faked.passed) == (7, False, 3)


def test_a_preflight_waits_for_brokers_once_and_not_for_each_check(run, monkeypatch, faked):
    """Half a minute in all."""
    monkeypatch.setattr(preflight, "CHECKS", {"a": away_for(2, "there"), "b": away_for(99, ""), "c": away_for(99, "")})
    with pytest.raises(RunEndsError):
        preflight.look(run)
    assert [check.ok for check in run.journal.last(Preflight).checks] == [True, False, False]
    assert 30 <= faked.passed <= 33


def test_what_topics_are_like_is_a_fact_before_and_after(run):
    """Of the source and of both sinks, whether these are closed or only cut."""
    resetting.prepare_topics(run)
    seen = [(fact.topic, fact.moment) for fact in run.journal.all(TopicState)]
    plan = run.plan
    topics = [plan.pipeline.topics.source, *(plan.copies[copy].sink for copy in Copy)]
    assert sorted(seen) == sorted((topic, "before") for topic in topics)
    assert comparing.check_sinks_closed(run).done
    assert [fact.moment for fact in run.journal.all(TopicState)][3:] == ["after"] * 3
    comparing.sinks_expired(run, "a transaction is open")
    assert [fact.moment for fact in run.journal.all(TopicState)][6:] == ["after"] * 3


def test_a_topic_that_a_run_makes_is_never_compacted(run, monkeypatch):
    """Whatever the brokers do by default."""
    made = {}
    for module in (resetting, topic_sink):
        monkeypatch.setattr(module, "ensure_topic", lambda _k, name, _n, config: made.update({name: config}))
    resetting.prepare_topics(run)
    assert list(made.values()) == [{"cleanup.policy": "delete"}] * 3


def test_a_sink_that_was_deleted_ends_the_run_by_its_facts(run, monkeypatch):
    """INCONCLUSIVE, and not a step that failed."""
    monkeypatch.setattr(topic_sink, "partition_count", lambda *_: 0)
    with pytest.raises(RunEndsError, match="changed during the run: it was deleted"):
        comparing.sinks_expired(run, "topic does not exist")
    assert [fact.moment for fact in run.journal.all(TopicState)] == ["after"] * 3
