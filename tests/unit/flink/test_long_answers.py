"""Answers of megabytes: of each text its beginning is kept, at once."""

import json
import time

import pytest
from flink_chaos.cluster.errors import refusal
from flink_chaos.cluster.events import event_of
from flink_chaos.cluster.proxy import ServiceError, read_answer
from flink_chaos.cluster.transport import _object
from flink_chaos.cluster.trouble import event_causes, pod_causes, refusals
from flink_chaos.flink.answers import read_checkpoints, read_failures, read_jobs, read_names
from flink_chaos.flink.status import error, failure
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.litmus.progress import progress_of
from flink_chaos.model.logs import lines

MEGABYTES = 10_000_000
HUGE = [
    "x" * MEGABYTES,
    "a." * (MEGABYTES // 2),
    "exceeds limit " * (MEGABYTES // 14),
    'pods "x" is forbidden: ' * (MEGABYTES // 23),
    "Caused by: x\n" * (MEGABYTES // 13),
    " \n\t" * (MEGABYTES // 3),
    "KafkaSourceReader.topic." * (MEGABYTES // 24),
    "\u202e" * (MEGABYTES // 3),
]
IDS = ["letters", "packages", "limits", "refusals", "causes", "blanks", "metrics", "turned"]


@pytest.fixture(params=HUGE, ids=IDS)
def huge(request):
    """A text that some pattern of ours might try in every way."""
    begin = time.monotonic()
    yield request.param
    assert time.monotonic() - begin < 20


def test_what_flink_tells_is_cut(huge):
    """Names, states, tasks, exceptions, failures of checkpoints, names of metrics."""
    job = read_jobs({"jobs": [{"jid": "a" * 32, "state": huge, "tasks": {"running": 1}}]})[0]
    entry = {"timestamp": 1, "exceptionName": huge, "taskName": huge, "stacktrace": huge}
    failed = read_failures({"exceptionHistory": {"entries": [entry]}})[0]
    line = {"id": 1, "status": "FAILED", "is_savepoint": False, "trigger_timestamp": 1, "end_to_end_duration": 1, "failure_message": huge}  # fmt: skip
    figures = {"counts": {"completed": 0, "failed": 1, "restored": 0}, "latest": {}, "history": [line]}
    told = [job.state, failed.name, failed.task, failed.message, read_checkpoints(figures).history[0].failure]
    assert max(map(len, told)) < 400
    assert read_names([{"id": huge}]) == []


def test_what_an_operator_tells_is_cut(huge):
    """As text, and as JSON with its causes."""
    for told in (huge, json.dumps({"message": huge, "throwableList": [{"message": huge}] * 3})):
        deployment = {
            "metadata": {"generation": 1},
            "status": {"observedGeneration": 1, "error": told, "lifecycleState": "FAILED"},
        }
        assert len(error(deployment)) < 500
        assert len(failure(deployment)) < 500


def test_what_a_service_answers_is_cut(huge):
    """Whatever form it has."""
    for text in (huge, json.dumps({"errors": [huge, huge]}), json.dumps({"kind": "Status", "message": huge})):
        with pytest.raises(ServiceError) as told:
            read_answer("GET /x", 500, text, lambda *_: "See the log")
        assert len(str(told.value)) < 13_000
        assert len(str(refusal("get x", "https://k", 500, text))) < 13_000


def test_what_kubernetes_tells_is_cut(huge):
    """Messages and reasons of any object; and what is made of them."""
    status = {"phase": "Failed", "reason": huge, "message": huge}
    status["conditions"] = [{"type": "PodScheduled", "status": "False", "message": huge}]
    status["containerStatuses"] = [{"name": "main", "state": {"waiting": {"reason": huge, "message": huge}}}]
    pod = _object(json.dumps({"metadata": {"name": "p", "uid": "u"}, "status": status}), "get p", "https://k")
    assert len(json.dumps(pod)) < 100_000
    assert max(len(cause.words) for cause in pod_causes([pod], [])) < 400
    about = {"kind": "Pod", "name": "p", "uid": "u"}
    item = {"metadata": {"uid": "e", "creationTimestamp": "2026-01-01T00:00:00Z"}, "involvedObject": about}
    event = event_of(item | {"type": "Warning", "reason": "Evicted", "message": huge})
    assert len(event.message) < 2_100
    assert max(len(cause.words) for cause in event_causes([event], [])) < 400


def test_names_and_contents_of_objects_are_not_cut():
    """A specification that an operator keeps is read as JSON."""
    kept = json.dumps({"resource_metadata": {"metadata": {"generation": 7, "x": "y" * 100_000}}})
    found = _object(
        json.dumps({"status": {"reconciliationStatus": {"lastReconciledSpec": kept}}}), "get x", "https://k"
    )
    assert found["status"]["reconciliationStatus"]["lastReconciledSpec"] == kept


def test_what_logs_litmus_and_kafka_tell_is_cut(huge):
    """Lines, verdicts and reasons."""
    assert max((len(told) for told in refusals(huge[:5_000_000])), default=0) < 400
    assert max((len(line.text) for line in lines("p", f"2026-01-01T00:00:00Z {huge}\n")), default=0) < 2_100
    result = {"status": {"experimentStatus": {"errorOutput": {"errorCode": huge, "reason": huge}}}}
    assert len(progress_of({}, result).message) < 600
    assert len(str(KafkaProblem(huge))) < 13_000
