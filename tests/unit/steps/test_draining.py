from datetime import timedelta

import pytest
from flink_chaos.clock import using
from flink_chaos.cluster.resources import FLINK_DEPLOYMENTS
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.lag import lag_of
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Drained, Loaded
from flink_chaos.model.progress_facts import CheckpointMark
from flink_chaos.steps import reached
from flink_chaos.steps.draining import check_drained, drain_expired
from flink_chaos.steps.waits import WAITS, seconds_left

from tests.unit.fake_clock import BEGIN, FakeClock
from tests.unit.flink.fake_jobmanager import LATER_JOB, FakeJobManager
from tests.unit.runs import a_run

END = {0: 100, 1: 50}
COMMITS = {0: 40, 1: 20}


class Kafka:
    """Commits of the group that is asked for; `control` are partitions whose rest holds no record."""

    def __init__(self):
        self.commits, self.control, self.away = dict(COMMITS), set(), False

    def read(self, _group, _topic, end):
        if self.away:
            raise KafkaProblem("read offsets: no broker answers")
        return lag_of(self.commits, {}, end)


@pytest.fixture
def at_work(tmp_path, cluster, fake_api, monkeypatch):
    """A run whose load has ended, the JobManager of its chaos copy, and its Kafka; files where they are asked for."""

    def make(**parameters):
        run = a_run(tmp_path, cluster, object(), **parameters)
        name = run.plan.copies[Copy.CHAOS].deployment
        jobmanager, kafka = FakeJobManager(topic=run.plan.pipeline.topics.source), Kafka()
        fake_api.services[f"flink/{name}-rest:8081"] = jobmanager
        metadata = {"name": name, "namespace": "flink"}
        body = {"apiVersion": "flink.apache.org/v1beta1", "kind": "FlinkDeployment", "metadata": metadata, "spec": {}}
        cluster.create(FLINK_DEPLOYMENTS, "flink", body)
        monkeypatch.setattr(reached, "LagReader", lambda _: kafka)
        monkeypatch.setattr(reached, "only_control_records", lambda _k, _t, part, *_: part in kafka.control)
        monkeypatch.setattr("flink_chaos.steps.topic_sink.closed_end", lambda *_: {0: 1})
        run.attempt.append(Loaded(at=BEGIN, expected=150, written=150, state="FINISHED", begin={0: 0, 1: 0}, end=END))
        return run, jobmanager, kafka

    return make


def drained(run):
    return run.journal.last(Drained, copy_=Copy.CHAOS)


def say(run, **status):
    """What the operator reports of the deployment."""
    name = run.plan.copies[Copy.CHAOS].deployment
    run.cluster.merge(FLINK_DEPLOYMENTS, "flink", name, {"status": status})


def test_what_is_read_counts_although_commits_stay_behind(at_work):
    """Flink makes commits as best it can: a coordinator that refuses them takes nothing from what was delivered."""
    run, jobmanager, _ = at_work()
    jobmanager.positions = {0: 99, 1: 49}
    assert not check_drained(run, Copy.CHAOS).done
    jobmanager.complete()
    assert check_drained(run, Copy.CHAOS).done
    assert (drained(run).ok, drained(run).lag) == (True, 90)
    assert "commits stay 90 behind" in drained(run).message


def test_commits_that_come_with_the_last_checkpoint_are_not_told_as_missing(at_work):
    """Everything was read before they were made."""
    run, jobmanager, kafka = at_work()
    jobmanager.positions = {0: 99, 1: 49}
    check_drained(run, Copy.CHAOS)
    jobmanager.complete()
    kafka.commits = dict(END)
    assert check_drained(run, Copy.CHAOS).done
    assert (drained(run).lag, "behind" in drained(run).message) == (0, False)


@pytest.mark.parametrize("positions", [{0: 98, 1: 49}, {0: 99, 1: -1}, {0: 99}])
def test_a_record_that_no_task_has_read_is_waited_for(at_work, positions):
    """Also in a partition of which nothing was read since the tasks started."""
    run, jobmanager, _ = at_work()
    jobmanager.positions = positions
    for _ in range(3):
        assert "not read" in check_drained(run, Copy.CHAOS).message
        jobmanager.complete()
    assert drained(run) is None


def test_commits_at_the_end_are_enough(at_work):
    """They never overtake what was read, so no task needs to tell."""
    run, jobmanager, kafka = at_work()
    kafka.commits = dict(END)
    check_drained(run, Copy.CHAOS)
    jobmanager.complete()
    assert check_drained(run, Copy.CHAOS).done


def test_a_source_that_tells_no_positions_is_judged_by_its_commits(at_work):
    """Such as one of an older kind; the message says so."""
    run, jobmanager, kafka = at_work()
    assert "by its commits, no task tells more" in check_drained(run, Copy.CHAOS).message
    kafka.commits = dict(END)
    check_drained(run, Copy.CHAOS)
    jobmanager.complete()
    assert check_drained(run, Copy.CHAOS).done


def test_a_rest_of_transaction_markers_is_no_record(at_work):
    """Nobody can read them, so nobody waits for it."""
    run, jobmanager, kafka = at_work()
    jobmanager.positions, kafka.control = {0: 97, 1: 49}, {0}
    check_drained(run, Copy.CHAOS)
    jobmanager.complete()
    assert check_drained(run, Copy.CHAOS).done


def test_the_later_checkpoint_is_told_by_its_id_and_not_by_any_clock(at_work):
    """A JobManager ten minutes behind completes checkpoints that seem older than the last record."""
    run, jobmanager, _ = at_work()
    jobmanager.positions, jobmanager.clock_ms = {0: 99, 1: 49}, int(BEGIN.timestamp() * 1000) - 600_000
    check_drained(run, Copy.CHAOS)
    jobmanager.complete()
    assert check_drained(run, Copy.CHAOS).done


def test_a_checkpoint_that_had_begun_before_is_not_a_later_one(at_work):
    """Its barriers may have passed the source before the last record did; a clock ahead changes nothing."""
    run, jobmanager, _ = at_work()
    jobmanager.positions, jobmanager.clock_ms = {0: 99, 1: 49}, int(BEGIN.timestamp() * 1000) + 600_000
    jobmanager.in_progress = 8
    check_drained(run, Copy.CHAOS)
    jobmanager.in_progress = None
    jobmanager.complete(8)
    assert "no checkpoint since everything was read" in check_drained(run, Copy.CHAOS).message
    jobmanager.complete(9)
    assert check_drained(run, Copy.CHAOS).done


def test_a_job_that_fell_back_behind_what_was_read_reads_it_again(at_work):
    """What was remembered is void for an attempt that was restored from an earlier checkpoint."""
    run, jobmanager, _ = at_work()
    jobmanager.positions = {0: 99, 1: 49}
    check_drained(run, Copy.CHAOS)
    jobmanager.restore(7)
    jobmanager.complete(8)
    assert not check_drained(run, Copy.CHAOS).done
    jobmanager.positions = {0: 99, 1: 49}
    check_drained(run, Copy.CHAOS)
    jobmanager.complete(9)
    assert check_drained(run, Copy.CHAOS).done


def test_a_job_that_was_restored_with_everything_has_nothing_left_to_read(at_work):
    """Its tasks tell no position, for they read nothing: the checkpoint holds it."""
    run, jobmanager, _ = at_work()
    jobmanager.positions = {0: 99, 1: 49}
    check_drained(run, Copy.CHAOS)
    jobmanager.complete(8)
    jobmanager.restore(8)
    assert check_drained(run, Copy.CHAOS).done


def test_a_new_job_has_to_read_everything_itself(at_work):
    """Without high availability its ids begin anew: 3 may be later than 7."""
    run, jobmanager, _ = at_work()
    jobmanager.positions = {0: 99, 1: 49}
    check_drained(run, Copy.CHAOS)
    jobmanager.job_id, jobmanager.completed = LATER_JOB, 3
    assert "no checkpoint since everything was read (newest 3)" in check_drained(run, Copy.CHAOS).message
    jobmanager.complete(4)
    assert check_drained(run, Copy.CHAOS).done


def test_files_are_complete_two_checkpoints_and_their_age_after_the_last_record(at_work):
    """One brings the records to the files, age ends these, the next finishes them; no clock of the store is asked."""
    clock = FakeClock()
    with using(clock):
        run, jobmanager, _ = at_work(pipeline="ad_events_files")
        jobmanager.positions = {0: 99, 1: 49}
        check_drained(run, Copy.CHAOS)
        jobmanager.complete()
        assert "last files are ended within 4 s" in check_drained(run, Copy.CHAOS).message
        clock.sleep(4)
        assert "no checkpoint since its last files were ended" in check_drained(run, Copy.CHAOS).message
        jobmanager.complete()
        assert check_drained(run, Copy.CHAOS).done
    assert [mark.stage for mark in run.journal.all(CheckpointMark)] == ["read", "written", "rolled"]


@pytest.mark.parametrize(
    "status",
    [
        {"lifecycleState": "UPGRADING", "jobStatus": {"state": "CANCELED"}},
        {"reconciliationStatus": {"state": "UPGRADING"}, "jobStatus": {"state": "FINISHED"}},
        {"lifecycleState": "STABLE", "jobStatus": {"state": "RECONCILING"}, "jobManagerDeploymentStatus": "MISSING"},
    ],
)
def test_a_job_that_an_operator_brings_back_has_not_stopped(at_work, status):
    """As after a drill with the last state: it is CANCELED until it runs again."""
    clock = FakeClock()
    with using(clock):
        run, jobmanager, _ = at_work()
        jobmanager.status = (503, {"kind": "Status", "message": "no endpoints available"})
        say(run, **status)
        for _ in range(3):
            assert not check_drained(run, Copy.CHAOS).done
            clock.sleep(60)
    assert drained(run) is None


def test_a_job_that_ended_by_itself_is_given_up_after_a_minute(at_work):
    """Nothing brings it back: Flink had restarted it as often as it may."""
    clock = FakeClock()
    with using(clock):
        run, jobmanager, _ = at_work()
        jobmanager.state, jobmanager.tasks = "FAILED", {"failed": 2}
        say(run, lifecycleState="STABLE", jobStatus={"state": "FAILED"}, error="out of attempts")
        assert not check_drained(run, Copy.CHAOS).done
        clock.sleep(61)
        assert check_drained(run, Copy.CHAOS).done
    assert not drained(run).ok
    assert "out of attempts" in drained(run).message


def test_trouble_that_passed_does_not_count_the_next_time(at_work):
    """Each gets its own minute."""
    clock = FakeClock()
    with using(clock):
        run, jobmanager, _ = at_work()
        for state in ("FAILED", "RUNNING", "FAILED"):
            jobmanager.state = state
            say(run, lifecycleState="STABLE", jobStatus={"state": state})
            assert not check_drained(run, Copy.CHAOS).done
            clock.sleep(61)
    assert drained(run) is None


def test_a_job_with_a_bounded_task_that_finished_is_drained_like_any_other(at_work):
    """FINISHED is not missing."""
    run, jobmanager, _ = at_work()
    jobmanager.positions, jobmanager.tasks = {0: 99, 1: 49}, {"running": 1, "finished": 1}
    check_drained(run, Copy.CHAOS)
    jobmanager.complete()
    assert check_drained(run, Copy.CHAOS).done


def test_what_was_restored_and_reads_nothing_is_left_to_the_count(at_work):
    """Nobody tells whether anything is left: delivered records do, and a missing one is a loss."""
    run, jobmanager, _ = at_work()
    jobmanager.positions = {0: 99, 1: 49}
    jobmanager.restore(7)
    jobmanager.complete(8)
    drain_expired(run, Copy.CHAOS, "told")
    assert drained(run).ok
    assert "what was delivered tells" in drained(run).message


@pytest.mark.parametrize("positions", [None, {0: 30, 1: 49}, {0: 30, 1: -1}])
def test_what_is_known_to_be_unread_at_the_deadline_is_not_drained(at_work, positions):
    """It reads, and is too slow; or nobody tells more than commits, which are behind."""
    run, jobmanager, _ = at_work()
    jobmanager.positions = positions
    drain_expired(run, Copy.CHAOS, "told")
    assert not drained(run).ok


def test_a_deadline_at_which_nobody_can_look_is_no_failure_of_the_application(at_work):
    """The brokers' silence is theirs."""
    run, _, kafka = at_work()
    kafka.away = True
    drain_expired(run, Copy.CHAOS, "told")
    assert (drained(run).ok, drained(run).unseen) == (False, True)


def test_the_deadline_counts_from_the_last_record(at_work):
    """As its line says, however late somebody begins to ask; a latecomer gets the time to see."""
    clock = FakeClock()
    with using(clock):
        run, _, _ = at_work()
        wait, whole = WAITS["drain_chaos"], run.plan.deadlines.drain
        clock.at = BEGIN + timedelta(seconds=100)
        assert seconds_left(wait, run) == pytest.approx(whole - 100, abs=1)
        clock.at = BEGIN + timedelta(seconds=10 * whole)
        assert 60 <= seconds_left(wait, run) <= 120
