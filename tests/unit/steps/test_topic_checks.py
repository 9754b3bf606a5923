from contextlib import suppress

import pytest
from flink_chaos.model.facts import Preflight
from flink_chaos.steps import preflight, topic_checks
from flink_chaos.steps.run import RunEndsError

from tests.unit.runs import a_run
from tests.unit.topics import a_state


@pytest.fixture
def looked(tmp_path, monkeypatch):
    """The line about topics of a preflight with nothing else in it; all of them are such, if they exist."""
    monkeypatch.setattr(preflight, "CHECKS", {"topic settings": preflight.CHECKS["topic settings"]})

    def look(which=None, exists=4, **state):
        run = a_run(tmp_path)
        sink = run.plan.copies["chaos"].sink
        name = {"sink": sink, "source": run.plan.pipeline.topics.source}.get(which)
        monkeypatch.setattr(topic_checks, "partition_count", lambda *_: exists)
        monkeypatch.setattr(
            topic_checks,
            "topic_state",
            lambda _, topic, moment: a_state(topic=topic, **(state if name in (None, topic) else {})),
        )
        with suppress(RunEndsError):
            preflight.look(run)
        return run.journal.last(Preflight).checks[0]

    return look


def told(check):
    return check.ok, check.blocks


def test_topics_that_keep_everything_are_told_with_their_clock(looked):
    """Delays are by the writer's clock, or the broker's."""
    check = looked(timestamp_type="LogAppendTime")
    assert told(check) == (True, True)
    assert check.message.count("4 partitions, kept for 168.0 h, LogAppendTime") == 3


@pytest.mark.parametrize("which", ["sink", "source"])
@pytest.mark.parametrize("policy", ["compact", "compact,delete"])
def test_a_compacted_topic_ends_the_run(looked, which, policy):
    """Duplicates of one key would vanish from it before anybody counts them."""
    check = looked(which, cleanup_policy=policy)
    assert told(check) == (False, True)
    assert f"(cleanup.policy={policy})" in check.message


def test_records_that_are_gone_before_all_are_loaded_end_the_run(looked):
    """100 s of load, kept for 99 s."""
    check = looked("sink", retention_ms=99_000)
    assert told(check) == (False, True)
    assert "keeps records for 99 s (retention.ms=99000), loading them alone takes 100 s; raise it" in check.message


def test_records_that_may_be_gone_before_they_are_compared_are_a_warning(looked):
    """With figures."""
    check = looked("source", retention_ms=600_000)
    assert told(check) == (False, False)
    assert "keeps records for 600 s (retention.ms=600000), a run and its comparison may take up to" in check.message


def test_a_small_topic_is_a_warning(looked):
    """How large records are is not known."""
    check = looked("sink", retention_bytes=1_000_000)
    assert told(check) == (False, False)
    assert "keeps 1,000,000 bytes of a partition (retention.bytes), 50,000 records of" in check.message


def test_what_is_not_told_is_a_warning_with_the_right_that_is_missing(looked):
    """Not a silent yes."""
    check = looked(cleanup_policy="", retention_ms=None, retention_bytes=None, timestamp_type="")
    assert told(check) == (False, False)
    assert "give this user DESCRIBE_CONFIGS on it" in check.message


def test_records_that_are_kept_for_ever_are_good(looked):
    """-1 is no short time."""
    assert "kept for ever" in looked(retention_ms=-1).message


def test_topics_that_do_not_exist_yet_are_made_as_the_run_wants_them(looked):
    """Nothing is to be read of them."""
    assert looked(exists=0, cleanup_policy="compact").message == "no topic exists yet"
