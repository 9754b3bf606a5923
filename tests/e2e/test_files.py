"""A pipeline that writes files, and the real HDFS behind it."""

from __future__ import annotations

import uuid

import pytest
from flink_chaos.cluster.connect import connect
from flink_chaos.cluster.objects import Cluster
from flink_chaos.cluster.proxy import ServiceProxy
from flink_chaos.files.listing import list_files, opened
from flink_chaos.files.scan import scan_files
from flink_chaos.flink.comparison import TABLES, counts_statement, nothing_statement
from flink_chaos.flink.gateway import SqlGateway
from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import RecordProof
from flink_chaos.model.facts import FilesEnd
from flink_chaos.profiles.catalogue import Catalogue

from lab.paths import RUNNER_KUBECONFIG
from tests.e2e.runs import SHORT, attempt_of, left_behind, verdict_of
from tests.unit.plans import a_plan

pytestmark = pytest.mark.lab


@pytest.fixture
def folder():
    """A folder of the lab's HDFS as a worker reaches it."""
    url = f"{Catalogue().environment('lab').files.worker}/test-{uuid.uuid4().hex[:8]}"
    yield url
    store, root = opened(url)
    store.rm(root, recursive=True)


def test_hdfs_lists_and_reads_what_was_written(folder):
    """As the fake NameNode of the unit tests does; what is not there is empty."""
    store, root = opened(folder)
    store.makedirs(f"{root}/day=1")
    store.pipe_file(f"{root}/day=1/part-0", b'{"n":1}\n{"n":2}\n')
    store.pipe_file(f"{root}/.part-1.inprogress.1", b"{")
    found = list_files(folder)
    assert [(file.path, file.size, file.finished) for file in found] == [
        (".part-1.inprogress.1", 1, False),
        ("day=1/part-0", 16, True),
    ]
    rows = [row["value"] for batch in scan_files(folder, enumerate(found)) for row in batch.to_pylist()]
    assert rows == [b"{", b'{"n":1}', b'{"n":2}']
    assert list_files(f"{folder}/none") == []


def test_a_copy_that_finished_nothing_is_counted_as_nothing():
    """Flink refuses a directory that is not there; a view without a row stands for it."""
    plan = a_plan(pipeline="ad_events_files")
    address = plan.environment.sql_gateway
    service = ServiceProxy(Cluster(connect(str(RUNNER_KUBECONFIG))), address.namespace, address.name, address.port)
    with SqlGateway(service).session() as session:
        for table in TABLES.values():
            session.execute(nothing_statement(plan, table), 60)
        result = session.execute(counts_statement(plan, TABLES[Copy.CHAOS]), 120)
    found = dict(zip(result.columns, result.rows[0], strict=True))
    assert found["records"] == found["ids"] == found["expected"] == 0
    assert set(found.values()) == {0}


def test_finished_files_survive_a_killed_taskmanager():
    """Every record is in exactly one finished file, by SQL and by the proof."""
    verdict = verdict_of(SHORT | {"pipeline": "ad_events_files"})
    assert verdict.outcome == "PASS", verdict.reasons
    chaos = verdict.counts["chaos"]
    assert (chaos["ids"], chaos["lost"], chaos["duplicated"]) == (SHORT["data_count_to_load"], 0, 0)
    journal = attempt_of(verdict.run_key).journal()
    proof = journal.last(RecordProof, copy_="chaos")
    assert (proof.clock, proof.deliveries.ids, proof.deliveries.records) == ("storage", chaos["ids"], chaos["records"])
    assert any(file.finished for file in journal.last(FilesEnd, copy_="chaos").files)
    assert left_behind(verdict.run_key) == []


def test_the_order_of_each_user_survives_a_killed_taskmanager():
    """Records of one key stay in the order in which they were loaded."""
    verdict = verdict_of(SHORT | {"pipeline": "ad_events_by_user"})
    assert verdict.outcome == "PASS", verdict.reasons
    (line,) = [line for line in verdict.lines if line.name == "order kept"]
    assert line.ok
    assert line.seen.startswith("0 ids")
