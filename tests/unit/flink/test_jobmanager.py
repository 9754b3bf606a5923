import pytest
from flink_chaos.cluster.proxy import ServiceError
from flink_chaos.flink.answers import Barriers, Failure
from flink_chaos.flink.jobmanager import JobManager

VERTEX, OTHER, SOURCE = "c" * 32, "d" * 32, "Source__ad_events.pendingRecords"


class Rest:
    """Answers of a JobManager by path; others are not there yet."""

    def __init__(self, answers):
        self.answers, self.asked = answers, []

    def request(self, _method, path, query=None, timeout=0):
        self.asked.append((path, query))
        if path not in self.answers:
            raise ServiceError(path, 503, "", "no endpoints", "wait")
        answer = self.answers[path]
        return answer(query) if callable(answer) else answer


def jobmanager(answers):
    found = JobManager(cluster=None, namespace="flink", deployment="chaos-r1")
    found.proxy = Rest(answers)
    return found


def metrics(listed, **values):
    """A vertex' metrics: a list of names, or the values of those asked for."""
    told = [{"id": name, "sum": total, "max": most} for name, (total, most) in values.items()]
    return lambda query: told if query else [{"id": name} for name in listed]


WORK = {
    "/jobs/j1": {"vertices": [{"id": VERTEX}, {"id": OTHER}]},
    f"/jobs/j1/vertices/{VERTEX}/subtasks/metrics": metrics(
        [SOURCE, "numRecordsIn"], **{SOURCE: (7.0, 5.0), "busyTimeMsPerSecond": (300.0, 200.0)}
    ),
    f"/jobs/j1/vertices/{OTHER}/subtasks/metrics": metrics([], busyTimeMsPerSecond=(900.0, 500.0)),
}


def test_work_is_what_all_sources_have_not_read_and_how_busy_the_busiest_task_is():
    """Whatever operator the metric belongs to."""
    found = jobmanager(WORK)
    assert found.work("j1", found.metric_names("j1")) == (7, 0.5)


def test_work_is_unknown_before_data_came():
    """A source has no such metric then, and a task that tells nothing of its time says NaN."""
    path = f"/jobs/j1/vertices/{VERTEX}/subtasks/metrics"
    found = jobmanager({**WORK, path: metrics([]), f"/jobs/j1/vertices/{OTHER}/subtasks/metrics": []})
    assert found.work("j1", found.metric_names("j1")) == (None, None)
    nan = jobmanager({path: metrics([], busyTimeMsPerSecond=("NaN", "NaN"))})
    assert nan.work("j1", {VERTEX: ["busyTimeMsPerSecond"]}) == (None, None)


@pytest.mark.parametrize(("answer", "told"), [([{"id": "numRestarts", "value": "2"}], 2), ([], None)])
def test_restarts_are_those_that_this_jobmanager_counts(answer, told):
    """Its first answers hold no metrics."""
    assert jobmanager({"/jobs/j1/metrics": answer}).restarts("j1") == told


def test_a_jobmanager_that_is_away_tells_nothing():
    """Nobody there is an answer for a sample, not an error."""
    found = jobmanager({})
    assert (found.job(), found.restarts("j1"), found.failures("j1"), found.metric_names("j1")) == (None, None, [], {})


def test_a_failure_is_told_by_the_first_line_of_its_stack():
    """With Flink's own time."""
    entry = {"timestamp": 5, "exceptionName": "E", "taskName": "t (1/2)", "stacktrace": "E: why\n\tat x"}
    found = jobmanager({"/jobs/j1/exceptions": {"exceptionHistory": {"entries": [entry]}}})
    assert found.failures("j1") == [Failure(failed_ms=5, name="E", task="t (1/2)", message="E: why")]


def test_a_checkpoint_tells_its_size_and_why_it_failed():
    """What is in progress has neither."""
    line = {
        "id": 4,
        "status": "FAILED",
        "is_savepoint": False,
        "trigger_timestamp": 1,
        "end_to_end_duration": 9,
        "checkpointed_size": 12,
        "failure_message": "Checkpoint expired before completing.\n\tat y",
    }
    answer = {"counts": {"completed": 0, "failed": 1, "restored": 0}, "latest": {}, "history": [line]}
    told = jobmanager({"/jobs/j1/checkpoints": answer}).checkpoints("j1").history[0]
    assert (told.size_bytes, told.failure) == (12, "Checkpoint expired before completing.")


DETAILS = "/jobs/j1/checkpoints/details/2"


def spread(least, most):
    """A statistic over subtasks; Flink tells no percentiles of so few."""
    return {"min": least, "max": most, "avg": (least + most) // 2, "p50": "NaN", "p99": "NaN"}


def a_task(subtasks, alignment, start_delay):
    """What Flink 1.20 told of one task of a checkpoint, without its subtasks."""
    none = {name: spread(0, 0) for name in ("buffered", "processed", "persisted")}
    durations = {"sync": spread(0, 12), "async": spread(15, 16)}
    summary = {"end_to_end_duration": spread(93, 119), "checkpoint_duration": durations}
    summary |= {"alignment": none | {"duration": spread(*alignment)}, "start_delay": spread(*start_delay)}
    return {"id": 2, "status": "COMPLETED", "alignment_buffered": 0, "num_subtasks": subtasks, "summary": summary}


BARRIERS = {
    DETAILS: {"id": 2, "status": "COMPLETED", "alignment_buffered": 0, "tasks": {VERTEX: {}, OTHER: {}}},
    f"{DETAILS}/subtasks/{VERTEX}": a_task(2, alignment=(0, 0), start_delay=(33, 35)),
    f"{DETAILS}/subtasks/{OTHER}": a_task(2, alignment=(3, 14), start_delay=(31, 34)),
}


def test_barriers_are_those_of_the_slowest_subtask_of_any_task():
    """Each number by itself: it need not be the same subtask."""
    assert jobmanager(BARRIERS).barriers("j1", 2) == Barriers(alignment_ms=14, start_delay_ms=35)


@pytest.mark.parametrize("away", BARRIERS)
def test_barriers_of_which_a_part_is_not_told_are_not_known(away):
    """The longest of some tasks may not be the longest."""
    assert jobmanager({path: told for path, told in BARRIERS.items() if path != away}).barriers("j1", 2) is None


def test_a_checkpoint_without_tasks_tells_no_barriers():
    """What nobody told is no zero."""
    assert jobmanager({DETAILS: BARRIERS[DETAILS] | {"tasks": {}}}).barriers("j1", 2) is None


def test_tasks_are_asked_for_only_while_there_is_time():
    """A JobManager that answers each request a little late does not hold the observer up."""
    found = jobmanager(BARRIERS)
    found.timeout = 0
    assert found.barriers("j1", 2) is None
    assert [path for path, _ in found.proxy.asked] == [DETAILS]


JUNK = [None, [], {}, "text", 7, {"jobs": [{"jid": "j"}]}, [{"id": 1}], {"counts": {}, "latest": None}]
PATHS = ["/jobs/overview", "/jobs/j1", "/jobs/j1/checkpoints", "/jobs/j1/metrics", "/jobs/j1/exceptions", DETAILS]


@pytest.mark.parametrize("junk", JUNK)
def test_an_answer_that_is_not_flinks_is_none(junk):
    """Whoever stands in between, no bare error comes of it."""
    found = jobmanager(dict.fromkeys([*PATHS, f"/jobs/j1/vertices/{VERTEX}/subtasks/metrics"], junk))
    assert (found.job(), found.checkpoints("j1"), found.barriers("j1", 2)) == (None, None, None)
    assert (found.now_ms("j1"), found.restarts("j1"), found.failures("j1")) == (None, None, [])
    assert found.work("j1", {VERTEX: [SOURCE]}) == (None, None)
    assert (found.positions("j1", "t"), found.topics("j1")) == (None, set())


def test_a_line_that_cannot_be_read_hides_no_other():
    """An exception without its time, a checkpoint without its id."""
    entries = [{"exceptionName": "E"}, {"timestamp": 5, "exceptionName": "F"}]
    history = [
        {"id": 3},
        {"id": 4, "status": "COMPLETED", "is_savepoint": False, "trigger_timestamp": 1, "end_to_end_duration": 9},
    ]
    figures = {"counts": {"completed": 1, "failed": 0, "restored": 0}, "latest": {}, "history": history}
    found = jobmanager(
        {"/jobs/j1/exceptions": {"exceptionHistory": {"entries": entries}}, "/jobs/j1/checkpoints": figures}
    )
    assert [one.name for one in found.failures("j1")] == ["F"]
    assert [one.id for one in found.checkpoints("j1").history] == [4]


def test_the_newest_id_counts_what_a_short_history_does_not_hold():
    """A checkpoint in progress has been given the next one."""
    figures = {
        "counts": {"completed": 1, "failed": 0, "restored": 0, "in_progress": 1},
        "latest": {"completed": {"id": 4}},
    }
    assert jobmanager({"/jobs/j1/checkpoints": figures}).checkpoints("j1").newest_id == 5


EVIL_IDS = [
    "../../secrets/x",
    "..",
    "",
    "a" * 31,
    "A" * 32,
    "a" * 32 + "/..",
    "a" * 32 + "\n",
    "%2e%2e",
    "a?b",
    None,
    7,
    {},
]


@pytest.mark.parametrize("evil", EVIL_IDS)
def test_a_job_whose_id_is_none_is_no_job_and_is_told(evil):
    """It would become a part of a path, sent with our rights."""
    found = jobmanager({"/jobs/overview": {"jobs": [{"jid": evil, "state": "RUNNING", "tasks": {"running": 1}}]}})
    assert found.job() is None
    assert "is no id of Flink" in found.silence
    assert found.silence.isprintable()


@pytest.mark.parametrize("evil", EVIL_IDS)
def test_a_job_whose_id_is_none_hides_no_other(evil):
    """As any line that cannot be read."""
    jobs = [{"jid": jid, "state": "RUNNING", "tasks": {"running": 1}} for jid in (evil, "a" * 32)]
    assert jobmanager({"/jobs/overview": {"jobs": jobs}}).job().id == "a" * 32


@pytest.mark.parametrize("evil", EVIL_IDS[:-1])
def test_a_task_whose_id_is_none_is_not_asked_for(evil):
    """Of a job, and of a checkpoint."""
    found = jobmanager({"/jobs/j1": {"vertices": [{"id": evil}]}, DETAILS: {"tasks": {evil: {}}}})
    assert (found.metric_names("j1"), found.positions("j1", "t"), found.barriers("j1", 2)) == ({}, None, None)
    assert {path for path, _ in found.proxy.asked} == {"/jobs/j1", DETAILS}


@pytest.mark.parametrize("name", ["a,b.pendingRecords", "x" * 2_000 + ".pendingRecords"])
def test_a_metric_whose_name_cannot_be_asked_for_is_left_out(name):
    """A comma parts the names of a request, and a long one would be refused with all others."""
    path = f"/jobs/j1/vertices/{VERTEX}/subtasks/metrics"
    found = jobmanager({"/jobs/j1": {"vertices": [{"id": VERTEX}]}, path: metrics([SOURCE, name])})
    assert found.metric_names("j1") == {VERTEX: ["busyTimeMsPerSecond", SOURCE]}


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 1e400, "x", [], {}])
def test_a_number_that_is_none_makes_an_answer_that_is_not_flinks(number):
    """Infinity is JSON for Python."""
    restored = {"id": number, "external_path": "p", "restore_timestamp": 1}
    figures = {"counts": {"completed": 1, "failed": 0, "restored": 1}, "latest": {"restored": restored}}
    found = jobmanager({"/jobs/j1/checkpoints": figures, "/jobs/j1": {"now": number}})
    assert (found.checkpoints("j1"), found.now_ms("j1")) == (None, None)
