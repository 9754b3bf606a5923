"""What a pipeline's file may say, and how its mistakes are told."""

from __future__ import annotations

import pytest
from flink_chaos.model.pipeline import Pipeline
from flink_chaos.model.plan import RunPlan
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


def written(tmp_path, text):
    path = tmp_path / "orders.yaml"
    path.write_text(text)
    return path


def test_a_record_is_known_by_its_number_if_nothing_else_is_said(tmp_path):
    """The column `n`."""
    assert read(written(tmp_path, SQL), Pipeline).output.number == "n"


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
        (SQL, ("report", "  value: [cnt]\nreport"), r"orders.yaml:7: output: `value` and `count` need `key`"),
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
    ],
)
def test_a_mistake_is_told_with_file_line_and_remedy(tmp_path, text, change, message):
    """Before anything of a run is touched."""
    with pytest.raises(ProfileError, match=message):
        read(written(tmp_path, text.replace(*change, 1)), Pipeline)


@pytest.mark.parametrize("pipeline", ["ad_events", "ad_event_counts"])
def test_a_stored_plan_is_read_back_as_it_was(pipeline):
    """Identities are decided once."""
    plan = a_plan(pipeline=pipeline)
    assert RunPlan.model_validate_json(plan.model_dump_json(by_alias=True)) == plan
