"""What a pipeline's file may say, and how its mistakes are told."""

from __future__ import annotations

import pytest
from flink_chaos.flink.scripts import ScriptError, require_files
from flink_chaos.model.base import Copy
from flink_chaos.model.environment import FileStore
from flink_chaos.model.pipeline import Pipeline
from flink_chaos.model.plan import RunPlan, _copy
from flink_chaos.profiles.reading import ProfileError, read

from tests.unit.plans import a_plan

SQL = """\
name: orders
application:
  sql: orders.sql
loader:
  sql: orders_loader.sql
topics: {source: orders, sink: orders-out}
output:
  columns: {run_key: STRING, n: BIGINT, shop: STRING, cnt: BIGINT}
report: orders_report.sql
"""
JAR = SQL.replace("  sql: orders.sql", "  jar_uri: local:///orders.jar\n  entry_class: Orders\n  args: ['${run_key}']")

FILES = SQL.replace(", sink: orders-out}", "}\nfiles: {directory: orders}")


def written(tmp_path, text):
    path = tmp_path / "orders.yaml"
    path.write_text(text)
    return path


def test_a_record_is_known_by_its_number_if_nothing_else_is_said(tmp_path):
    """The column `n`."""
    assert read(written(tmp_path, SQL), Pipeline).output.number == "n"


def test_all_columns_are_compared_but_those_that_may_differ(tmp_path):
    """Whatever identifies a record."""
    text = SQL.replace("report:", "  ignore: [shop]\nreport:")
    assert read(written(tmp_path, SQL), Pipeline).output.compared == ["shop", "cnt"]
    assert read(written(tmp_path, text), Pipeline).output.compared == ["cnt"]
    keyed = text.replace("ignore", "key: [n]\n  count: cnt\n  ignore")
    assert read(written(tmp_path, keyed), Pipeline).output.compared == ["cnt"]


def test_a_jar_needs_no_script(tmp_path):
    """Only the loader's and the report's are read."""
    assert read(written(tmp_path, JAR), Pipeline).scripts == ["orders_loader.sql", "orders_report.sql"]


@pytest.mark.parametrize(
    ("text", "change", "message"),
    [
        (
            SQL,
            ("  sql: orders.sql", "  parallelism: 1"),
            r"orders.yaml:2: application: takes exactly one of `sql`.*`args`",
        ),
        (JAR, ("  args:", "  sql: orders.sql\n  args:"), r"orders.yaml:2: application: takes exactly one of `sql`"),
        (
            JAR,
            ("  entry_class: Orders\n", ""),
            r"orders.yaml:2: application: `args` belong .* name it too: entry_class",
        ),
        (SQL, ("n: BIGINT", "m: BIGINT"), r"orders.yaml:7: output.number: no column n; .*there are: run_key, m"),
        (SQL, ("report", "  key: [shp]\nreport"), r"orders.yaml:9: output.key: no column shp; add it"),
        (SQL, ("report", "  key: [shop]\n  count: cmt\nreport"), r"orders.yaml:10: output.count: no column cmt"),
        (
            SQL,
            ("report", "  key: [shop]\n  number: n\nreport"),
            r"orders.yaml:7: output: takes exactly one of `key` and `number`",
        ),
        (SQL, ("report", "  value: [cnt]\nreport"), r"orders.yaml:7: output: `value` is no more: all columns are compared"),
        (SQL, ("report", "  count: cnt\nreport"), r"orders.yaml:7: output: `count` needs `key`"),
        (SQL, ("report", "  ignore: [ct]\nreport"), r"orders.yaml:9: output.ignore: no column ct; add it"),
        (SQL, ("shop: STRING", "'sh`op': STRING"), r"orders.yaml:8: output.columns: cannot read columns whose names hold"),
        (SQL, ("report", "  ignore: [n]\nreport"), r"orders.yaml:7: output: `ignore` names n, which identify or count"),
        (SQL, ("shop: STRING", "shop: 'MAP<STRING, INT>'"), r"orders.yaml:7: output: .*name in `ignore`: shop"),
        (SQL, ("n: BIGINT", "n: 'DECIMAL(20, 0)'"), r"orders.yaml:7: output: `number` is an integer; n is DECIMAL"),
        (
            SQL,
            ("sql\nloader:\n", "sql\n  parallelism: 5\nloader:\n  flush_records: 1\n"),
            r"orders.yaml:1: application.parallelism 5 is above topics.partitions 4: .*lower it",
        ),
        (
            SQL,
            ("orders_loader.sql", "x.sql\n  flush_records: -1"),
            r"orders.yaml:6: loader.flush_records: .*than or equal",
        ),
        (SQL, (", sink: orders-out", ""), r"orders.yaml:1: takes exactly one of `topics.sink` and `files`"),
        (SQL, ("report", "files: {directory: orders}\nreport"), r"takes exactly one of `topics.sink` and `files`"),
        (FILES, ("report", "  order: shop\nreport"), r"orders.yaml:1: output.order needs `topics.sink`"),
        (
            SQL,
            ("report", "contract: {recovery_seconds: measurd}\nreport"),
            r"orders.yaml:9: contract.recovery_seconds: 'measurd' is no bound; write a number .* or `measured`$",
        ),
        (FILES, ("directory: orders", "directory: x/../y"), r"orders.yaml:7: files.directory: "),
        (FILES, ("directory: orders", "directory: orders, roll_seconds: 0"), r"orders.yaml:7: files.roll_seconds: "),
    ],
)
def test_a_mistake_is_told_with_file_line_and_remedy(tmp_path, text, change, message):
    """Before anything of a run is touched."""
    with pytest.raises(ProfileError, match=message):
        read(written(tmp_path, text.replace(*change, 1)), Pipeline)


@pytest.mark.parametrize("pipeline", ["ad_events", "ad_event_counts", "ad_events_files"])
def test_a_stored_plan_is_read_back_as_it_was(pipeline):
    """Identities are decided once."""
    plan = a_plan(pipeline=pipeline)
    assert RunPlan.model_validate_json(plan.model_dump_json(by_alias=True)) == plan


def test_copies_and_runs_have_directories_of_their_own():
    """As Flink reaches it and as a worker does; a topic is shared."""
    store = a_plan(pipeline="ad_events_files").environment.files
    for own in a_plan(pipeline="ad_events_files").copies.values():
        inside = own.sink.removeprefix(f"{store.flink}/")
        assert own.files == f"{store.worker}/{inside}"
        assert inside.startswith("ad-events/r")
        assert inside.endswith(f"/{own.copy_}")


def test_files_need_a_store_in_the_environment(tmp_path):
    """Said before anything of a run is touched."""
    plan = a_plan(pipeline="ad_events_files")
    environment = plan.environment.model_copy(update={"files": None})
    with pytest.raises(ValueError, match=r"pipeline ad_events_files writes files; add `files: .*environments/lab.yaml"):
        _copy(Copy.CHAOS, plan.run_key, plan.pipeline, environment)


@pytest.mark.parametrize("name", ["sink_directory", "roll_seconds"])
def test_a_script_that_ignores_where_its_files_are_is_refused(name):
    """Nobody could tell when the last one is finished."""
    plan = a_plan(pipeline="ad_events_files")
    require_files(plan)
    sql = plan.pipeline.application.sql
    spoiled = plan.model_copy(update={"scripts": plan.scripts | {sql: plan.scripts[sql].replace(f"${{{name}}}", "2")}})
    with pytest.raises(ScriptError, match=rf"include/sql/ad_events_files.sql: does not use \$\{{{name}\}}"):
        require_files(spoiled)


@pytest.mark.parametrize(
    ("worker", "told"),
    [
        ("s3://bucket/out", "begins with webhdfs:// or file://, not s3://"),
        ("webhdfs://joe:secret@n:9870/out", "holds a user or password"),
    ],
)
def test_a_store_that_cannot_be_judged_by_is_refused(worker, told):
    """Object stores hide what is being written; a report tells the address."""
    with pytest.raises(ValueError, match=told):
        FileStore(flink="hdfs://n:8020/out", worker=worker)
