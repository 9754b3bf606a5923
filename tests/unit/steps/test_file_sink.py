import json
import os
from dataclasses import replace

import pytest
from flink_chaos.flink.comparison import TABLES
from flink_chaos.model.base import Copy
from flink_chaos.steps import comparing
from flink_chaos.steps.comparing import check_sinks_closed
from flink_chaos.steps.proving import prove_run
from flink_chaos.steps.run import StepError
from flink_chaos.steps.sinks import sink_of

from tests.unit.runs import a_run


@pytest.fixture(autouse=True)
def _no_kafka(monkeypatch):
    """The source is looked at too when the sinks are closed; that is another test's."""
    monkeypatch.setattr(comparing, "see_topics", lambda *_: None)


def a_run_with_files(folder):
    """A run of five records whose copies write below `folder`."""
    run = a_run(folder / "store", pipeline="ad_events_files")
    copies = {
        copy: own.model_copy(update={"files": (folder / "out" / copy.value).as_uri()})
        for copy, own in run.plan.copies.items()
    }
    request = run.plan.request.model_copy(update={"data_count_to_load": 5})
    return replace(run, plan=run.plan.model_copy(update={"copies": copies, "request": request}))


def write(folder, copy, name, *numbers, run, at_ms=1_000):
    """A file with records of these numbers, closed at that time."""
    path = folder / "out" / copy.value / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"run_key": run.plan.run_key, "n": n, "ad_id": 1}) + "\n" for n in numbers))
    os.utime(path, (at_ms / 1000, at_ms / 1000))


def test_a_directory_that_is_not_empty_is_refused(tmp_path):
    """Its files are not this run's."""
    run = a_run_with_files(tmp_path)
    sink_of(run, Copy.CHAOS).prepare()
    write(tmp_path, Copy.CHAOS, "part-0", 1, run=run)
    with pytest.raises(StepError, match="holds 1 files already, which are not this run's; remove them"):
        sink_of(run, Copy.CHAOS).prepare()


def test_files_are_ended_within_their_age_and_the_time_until_the_application_looks(tmp_path):
    """Both are seconds of one clock; whose files are open, and since when by another clock, is not asked."""
    run = a_run_with_files(tmp_path)
    write(tmp_path, Copy.CHAOS, ".part-1.inprogress.1", 2, run=run, at_ms=10_000)
    assert (sink_of(run, Copy.CHAOS).rolls_within, sink_of(run, Copy.CHAOS).unflushed()) == (4.0, "")


def test_the_proof_reads_finished_files_and_knows_what_was_left_in_others(tmp_path):
    """A record in a file that was never finished is lost, and one in two files is there twice; each by its file."""
    run, said = a_run_with_files(tmp_path), []
    write(tmp_path, Copy.STABLE, "part-0", 0, 1, 2, 3, 4, run=run)
    write(tmp_path, Copy.CHAOS, "part-a", 0, 1, run=run)
    write(tmp_path, Copy.CHAOS, "part-b", 1, 3, run=run, at_ms=4_000)
    write(tmp_path, Copy.CHAOS, ".part-c.inprogress.1", 2, run=run)
    assert check_sinks_closed(run).done
    deliveries, findings = prove_run(run, said.append)[Copy.CHAOS]
    counted = (deliveries.records, deliveries.ids, deliveries.lost, deliveries.duplicated, deliveries.aborted)
    assert counted == (4, 3, 2, 1, 1)
    told = {(one.kind, one.id): (one.cause, [(place.file, place.offset) for place in one.sink]) for one in findings}
    assert told["lost", "2"] == ("was written, to a file that was never finished", [])
    assert told["lost", "4"] == ("never written to the sink", [])
    assert told["duplicated", "1"][1] == [("part-a", 1), ("part-b", 0)]
    directory = run.plan.copies[Copy.CHAOS].sink
    assert said[-2:] == [f"{directory}, finished files: 4 records", f"{directory}, all files: 5 records"]


def test_files_that_came_after_the_end_was_recorded_are_not_judged(tmp_path):
    """The fact says which."""
    run = a_run_with_files(tmp_path)
    for copy in Copy:
        write(tmp_path, copy, "part-0", *range(5), run=run)
    check_sinks_closed(run)
    write(tmp_path, Copy.CHAOS, "part-1", 0, run=run)
    assert prove_run(run, print)[Copy.CHAOS][0].duplicated == 0


def test_sql_reads_the_directory_and_nothing_where_nothing_was_finished(tmp_path):
    """Flink refuses a directory that is not there."""
    run = a_run_with_files(tmp_path)
    write(tmp_path, Copy.STABLE, "part-0", 0, run=run)
    write(tmp_path, Copy.CHAOS, ".part-0.inprogress.1", 0, run=run)
    check_sinks_closed(run)
    stable, chaos = (sink_of(run, copy).statement(table) for copy, table in TABLES.items())
    assert f"'path' = '{run.plan.copies[Copy.STABLE].sink}'" in stable
    assert "WHERE FALSE" in chaos


def test_a_sink_whose_end_is_no_fact_cannot_be_read(tmp_path):
    """It was never compared."""
    with pytest.raises(StepError, match="has no recorded end of hdfs://"):
        sink_of(a_run_with_files(tmp_path), Copy.CHAOS).statement("chaos")


def test_a_store_that_does_not_answer_is_told_of_a_copy_that_seems_not_to_end(tmp_path):
    """It may have ended long ago."""
    run = a_run_with_files(tmp_path)
    assert sink_of(run, Copy.CHAOS).answers()
    object.__setattr__(run.plan.copies[Copy.CHAOS], "files", "webhdfs://127.0.0.1:9/out")
    assert not sink_of(run, Copy.CHAOS).answers()
