import pytest
from airflow.sdk.exceptions import ErrorType
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import DagResult, DagRunStateResult, ErrorResponse, OKResponse
from flink_chaos.hooks import dag_runs


@pytest.fixture
def api(monkeypatch):
    """What is sent to the Execution API, and the answer."""

    class Api:
        answer = None

        def __init__(self):
            self.sent = []

        def send(self, message=None, msg=None):
            self.sent.append(message or msg)
            return self.answer

    found = Api()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", found, raising=False)
    return found


@pytest.mark.parametrize(
    ("answer", "new"), [(OKResponse(ok=True), True), (ErrorResponse(error=ErrorType.DAGRUN_ALREADY_EXISTS), False)]
)
def test_a_run_id_is_started_once(api, answer, new):
    """Without a logical date, so that two runs never clash by it, and never over one that is there."""
    api.answer = answer
    assert dag_runs.start("pod_delete", "s1__first", {"seed": 1}, "note") is new
    sent = api.sent[0]
    assert (sent.dag_id, sent.run_id, sent.conf, sent.note) == ("pod_delete", "s1__first", {"seed": 1}, "note")
    assert (sent.logical_date, sent.reset_dag_run) == (None, False)


def test_the_state_of_a_run_is_asked_for(api):
    """By its DAG and id."""
    api.answer = DagRunStateResult(state="running")
    assert dag_runs.state("pod_delete", "s1__first") == "running"


def test_a_paused_dag_is_known(api):
    """Its runs would stay queued."""
    api.answer = DagResult(
        dag_id="pod_delete",
        is_paused=True,
        bundle_name=None,
        bundle_version=None,
        relative_fileloc=None,
        owners=None,
        tags=[],
        next_dagrun=None,
    )
    assert dag_runs.paused("pod_delete")
