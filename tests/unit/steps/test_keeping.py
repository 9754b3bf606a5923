import threading

import pytest
from flink_chaos.cluster.resources import PODS
from flink_chaos.model.base import Copy
from flink_chaos.model.plan import COPY_LABEL
from flink_chaos.steps import keeping
from flink_chaos.steps.keeping import keep_logs, keep_logs_beside
from flink_chaos.store.logs import kept_logs, log_lines

from tests.unit.runs import a_run

FIRST = "2026-01-01T00:00:01.000000001Z a\n2026-01-01T00:00:01.000000002Z b\n"
SECOND = "2026-01-01T00:00:01.000000003Z c\n2026-01-01T00:00:02.000000000Z d\n"


@pytest.fixture
def run(tmp_path, cluster):
    return a_run(tmp_path, cluster)


@pytest.fixture
def put_pod(fake_api, run):
    def put(name, copy="chaos", restarts=0):
        metadata = {"name": name, "namespace": "flink", "labels": run.plan.labels | {COPY_LABEL: copy}}
        status = {"containerStatuses": [{"restartCount": restarts}]}
        return fake_api.put(PODS, {"metadata": metadata, "status": status})

    return put


def kept(run):
    return {
        (log.copy, log.pod): "".join(line.text for line in log_lines(run.attempt, log))
        for log in kept_logs(run.attempt)
    }


def test_logs_of_both_copies_are_kept(run, fake_api, put_pod):
    """And of nobody else; only Flink's own container has one that is wanted."""
    fake_api.logs = {"jm": FIRST, "tm": SECOND, "loader": FIRST}
    put_pod("jm")
    put_pod("tm", "stable")
    put_pod("loader", "loader")
    keep_logs(run)
    assert kept(run) == {(Copy.CHAOS, "jm"): "ab", (Copy.STABLE, "tm"): "cd"}
    assert {r.query["container"] for r in fake_api.requests if r.path.endswith("/log")} == {"flink-main-container"}


def test_each_fetch_adds_what_is_new(run, fake_api, put_pod):
    """Within the same second too; nothing is told twice."""
    put_pod("jm")
    for text in (FIRST, FIRST + SECOND, FIRST + SECOND):
        fake_api.logs["jm"] = text
        keep_logs(run)
    assert kept(run) == {(Copy.CHAOS, "jm"): "abcd"}
    assert fake_api.requests[-1].query["sinceTime"] == "2026-01-01T00:00:02Z"


def test_a_container_that_was_started_again_loses_nothing(run, fake_api, put_pod):
    """What it wrote before stands in another log, and comes first."""
    put_pod("jm", restarts=1)
    fake_api.logs["jm"], fake_api.earlier["jm"] = SECOND, FIRST
    keep_logs(run)
    assert kept(run) == {(Copy.CHAOS, "jm"): "abcd"}


def test_a_log_that_cannot_be_read_leaves_the_others(run, fake_api, put_pod):
    """A pod that has not begun yet has none, and one may have no earlier log any more."""
    fake_api.logs = {"b": FIRST, "c": SECOND}
    put_pod("a")
    put_pod("b", restarts=1)
    put_pod("c")
    keep_logs(run)
    assert kept(run) == {(Copy.CHAOS, "b"): "ab", (Copy.CHAOS, "c"): "cd"}


def test_a_log_that_is_too_long_is_fetched_from_its_end(run, fake_api, put_pod, monkeypatch):
    """So it neither fills the memory nor lags behind for ever."""
    monkeypatch.setattr(keeping, "LINES", 1)
    fake_api.logs["jm"] = FIRST
    put_pod("jm")
    keep_logs(run)
    assert kept(run) == {(Copy.CHAOS, "jm"): "b"}


def test_a_fetch_that_hangs_is_left_alone_and_keeps_nobody_waiting(run, monkeypatch):
    """No second one begins before it has ended."""
    begun, answer = [], threading.Event()
    monkeypatch.setattr(keeping, "keep_logs", lambda _: (begun.append(1), answer.wait(5)))
    first, second = keep_logs_beside(run), keep_logs_beside(run)
    assert (first is second, first.daemon) == (True, True)
    answer.set()
    first.join(5)
    keep_logs_beside(run).join(5)
    assert len(begun) == 2


def test_whatever_goes_wrong_is_one_line(run, fake_api, caplog):
    """Whoever observes goes on."""
    fake_api.forbidden.add(("list", "pods"))
    keep_logs_beside(run).join(5)
    assert [record.message.startswith("logs were not kept: ClusterError") for record in caplog.records] == [True]
