import threading

import pytest
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Drained, Judging, LoadStarted, Observed
from flink_chaos.model.observation import Observation
from flink_chaos.steps import sampling
from flink_chaos.steps.judging import abort, close
from flink_chaos.steps.sampling import Part, check_closed, check_observed, is_over
from flink_chaos.store.samples import append_part, observation

from tests.unit.observed import checkpoint, event, ms, nodes, sample
from tests.unit.plans import AT
from tests.unit.runs import a_run

KINDS = ("KafkaLook", "FlinkLook", "PodsLook")
AROUND = ("NodesLook", "EventsLook")


@pytest.fixture
def run(tmp_path, monkeypatch, fetched):
    """A run whose records flow, with looks that answer 1 each, fifty times a second; `fetched` counts fetches of logs."""
    found = a_run(tmp_path)
    found.attempt.append(LoadStarted(at=AT, topic="t", begin={0: 0}))
    monkeypatch.setattr(sampling, "BarriersLook", lambda *_: lambda: ({}, []))
    for kind, field in zip(KINDS, ("loaded", "restarts", "pods"), strict=True):
        monkeypatch.setattr(sampling, kind, answering(lambda field=field: ({field: 1}, [])))
    for kind in AROUND:
        monkeypatch.setattr(sampling, kind, answering(lambda: ({}, [])))
    monkeypatch.setattr(sampling, "keep_logs_beside", fetching(fetched))
    monkeypatch.setattr(sampling, "PERIOD", 0.02)
    return found


@pytest.fixture
def fetched():
    return []


def fetching(fetched):
    """Notes whether the samples were complete when a fetch began."""

    def fetch(run):
        fetched.append(run.attempt.has("observed"))
        return Joined()

    return fetch


class Joined:
    """A thread that has ended."""

    def join(self, _seconds):
        """At once."""


def answering(look):
    return lambda *_: look


def drained(*copies):
    return [Drained(at=AT, copy=copy, ok=True, message="", lag=0) for copy in copies]


def numbers(seen):
    return [(one.loaded, one.restarts, one.pods) for one in seen.samples(Copy.CHAOS)]


def test_a_part_is_stored_whole_and_another_one_asked_for(run):
    """Ten looks at each copy."""
    assert not check_observed(run).done
    assert numbers(observation(run.attempt)) == [(1, 1, 1)] * sampling.PART_SECONDS


@pytest.mark.parametrize("error", [ClusterError("away", 0), KafkaProblem("away"), OSError("away")])
def test_who_does_not_answer_leaves_its_fields_empty(run, monkeypatch, error):
    """The others' are kept."""

    def raising():
        raise error

    monkeypatch.setattr(sampling, "KafkaLook", answering(raising))
    check_observed(run)
    assert numbers(observation(run.attempt))[0] == (None, 1, 1)


def test_who_hangs_is_asked_once_and_keeps_nobody_from_looking(run, monkeypatch):
    """One thread waits for it, and not ten."""
    asked, looked, answer = [], [], threading.Event()

    def hanging():
        asked.append(1)
        answer.wait(5)
        return {"loaded": 1}, []

    def looking():
        looked.append(1)
        if len(looked) == len(Copy) * sampling.PART_SECONDS:
            answer.set()
        return {"pods": 1}, []

    monkeypatch.setattr(sampling, "PERIOD", 0.2)  # whoever does not hang must answer within it on a busy machine too
    monkeypatch.setattr(sampling, "KafkaLook", answering(hanging))
    monkeypatch.setattr(sampling, "PodsLook", answering(looking))
    check_observed(run)
    assert len(asked) == len(Copy)
    assert numbers(observation(run.attempt))[:-1] == [(None, 1, 1)] * (sampling.PART_SECONDS - 1)


@pytest.mark.parametrize("answer", ["late", ClusterError("away", 0)])
def test_barriers_that_are_late_or_unknown_take_nothing_from_a_sample(run, monkeypatch, answer):
    """They are told beside it, or not at all."""
    release = threading.Event()

    def slow():
        if answer != "late":
            raise answer
        release.wait(5)
        return {}, []

    monkeypatch.setattr(sampling, "BarriersLook", lambda *_: slow)
    part = Part(run)
    seen = Observation(part.taken(lambda: len(part.seen) >= 2 * len(Copy) and not release.set()))
    assert numbers(seen) == [(1, 1, 1)] * 2


def test_a_part_knows_whose_barriers_were_told_before_it(run, monkeypatch):
    """Of each copy by itself: it tells the last seconds again, and would ask again."""
    handed = []
    monkeypatch.setattr(sampling, "BarriersLook", lambda _flink, known: handed.append(known))
    append_part(run.attempt, [checkpoint(1, 2, alignment_ms=4)])
    Part(run)
    assert handed == [set(), {(1, ms(2))}]


@pytest.mark.parametrize("ends", [drained(*Copy), [Judging(at=AT)]])
def test_it_ends_with_the_run_and_says_how_much_was_seen(run, ends):
    """Both copies drained, or somebody wants to judge."""
    append_part(run.attempt, [sample(Copy.CHAOS, 1), sample(Copy.CHAOS, 3.5)])
    for fact in ends:
        run.attempt.append(fact)
    assert check_observed(run).done
    told = run.journal.last(Observed)
    assert (told.samples, told.longest_gap_seconds) == (2, 2.5)


def test_one_copy_that_has_caught_up_is_not_the_end(run):
    """The other one is what matters."""
    run.attempt.append(drained(Copy.STABLE)[0])
    assert not is_over(run)


def test_it_ends_in_the_middle_of_a_part(run, monkeypatch):
    """The verdict waits for nobody longer than for the next look."""
    part = Part(run)
    seen = part.taken(lambda: len(part.seen) >= 6)
    assert len(seen) == 6


def test_nothing_is_written_beside_a_verdict(run):
    """Judged again, the run would tell more than it did."""
    abort(run.attempt, "step", "why")
    close(run.attempt)
    assert check_observed(run).done
    assert run.journal.last(Observed) is None


def test_a_run_without_load_is_not_observed(tmp_path):
    """Airflow begins the observer whatever happened before it."""
    found = a_run(tmp_path)
    assert check_observed(found).done
    assert found.journal.last(Observed) is None


def test_a_verdict_waits_for_samples_that_are_on_their_way(run):
    """And for nobody where there are none."""
    assert check_closed(run).done
    append_part(run.attempt, [sample(Copy.CHAOS, 1)])
    assert not check_closed(run).done
    run.attempt.append(Observed(at=AT, samples=1, longest_gap_seconds=0))
    assert check_closed(run).done


def test_nodes_and_events_of_a_part_are_stored_with_its_samples(run, monkeypatch):
    """Beside both copies' own. On a busy machine a look may still be under way when the next one is due."""
    monkeypatch.setattr(sampling, "NodesLook", answering(lambda: ({}, [nodes(1, n1=[])])))
    monkeypatch.setattr(sampling, "EventsLook", answering(lambda: ({}, [event(1)])))
    check_observed(run)
    told = observation(run.attempt)
    assert 0 < len(told.nodes) <= sampling.PART_SECONDS
    assert (len(told.events), numbers(told)[0]) == (1, (1, 1, 1))


@pytest.mark.parametrize("kind", AROUND)
def test_a_look_around_that_is_forbidden_leaves_the_samples_whole(run, monkeypatch, kind):
    """Rights to nodes and events may be missing."""

    def forbidden():
        raise ClusterError("forbidden", 403)

    monkeypatch.setattr(sampling, kind, answering(forbidden))
    check_observed(run)
    assert numbers(observation(run.attempt)) == [(1, 1, 1)] * sampling.PART_SECONDS


def test_the_first_part_tells_events_from_the_beginning_on(run, monkeypatch):
    """A later one those of its own time, and a little more."""
    since = []
    monkeypatch.setattr(sampling, "EventsLook", lambda _, since_ms: since.append(since_ms) or (lambda: ({}, [])))
    Part(run)
    append_part(run.attempt, [sample(Copy.CHAOS, 1)])
    Part(run)
    assert since[0] == 0
    assert 0 <= sampling.now_ms() - since[1] - sampling.OVERLAP_MS < 5_000


def test_logs_are_fetched_with_each_part_and_once_more_in_the_end(run, fetched):
    """After the samples are complete: a verdict waits for those only."""
    check_observed(run)
    run.attempt.append(Judging(at=AT))
    check_observed(run)
    assert fetched == [False, True]
