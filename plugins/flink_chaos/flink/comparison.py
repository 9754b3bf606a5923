"""SQL that reads both sinks, as far as it was recorded, and counts by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flink_chaos.model.facts import Offsets
    from flink_chaos.model.plan import RunPlan

TABLES = {Copy.STABLE: "no_chaos", Copy.CHAOS: "chaos"}


def topic_statement(plan: RunPlan, table: str, topic: str, begin: Offsets, end: Offsets) -> str:
    """CREATE TABLE over the records of `topic` from `begin` up to before `end`, committed ones only.

    A bounded read starts and stops at offsets: partitions without a record of the run are left out by both.
    """
    return _table_statement(plan, table, _topic_options(plan, topic, begin, end))


def nonce_statement(plan: RunPlan, table: str, topic: str, offset: int) -> str:
    """CREATE TABLE over one record of a topic with one partition: its whole value, in the column `nonce`."""
    options = _topic_options(plan, topic, {0: offset}, {0: offset + 1}) | {"format": "raw"}
    return f"CREATE TEMPORARY TABLE `{table}` (`nonce` STRING) WITH ({_listed(options)})"


def _topic_options(plan: RunPlan, topic: str, begin: Offsets, end: Offsets) -> dict[str, str]:
    return {
        "connector": "kafka",
        "topic": topic,
        "properties.bootstrap.servers": plan.environment.kafka_bootstrap_servers,
        "properties.group.id": plan.compare_group,
        "properties.isolation.level": "read_committed",
        "scan.startup.mode": "specific-offsets",
        "scan.startup.specific-offsets": _offsets(begin),
        "scan.bounded.mode": "specific-offsets",
        "scan.bounded.specific-offsets": _offsets(end),
    }


def files_statement(plan: RunPlan, table: str, directory: str) -> str:
    """CREATE TABLE over the finished files of a directory; Flink passes over hidden ones."""
    return _table_statement(plan, table, {"connector": "filesystem", "path": directory})


def nothing_statement(plan: RunPlan, table: str) -> str:
    """CREATE VIEW without a row: Flink refuses to read a directory that is not there."""
    columns = plan.pipeline.output.columns
    values = ", ".join(f"CAST(NULL AS {kind})" for kind in columns.values())
    names = ", ".join(f"`{name}`" for name in columns)
    return f"CREATE TEMPORARY VIEW `{table}` ({names}) AS SELECT * FROM (VALUES ({values})) AS nothing WHERE FALSE"  # noqa: S608


def _table_statement(plan: RunPlan, table: str, options: Mapping[str, str]) -> str:
    output = plan.pipeline.output
    columns = ", ".join(f"`{name}` {kind}" for name, kind in output.columns.items())
    return f"CREATE TEMPORARY TABLE `{table}` ({columns}) WITH ({_listed({**options, 'format': output.format})})"


def _listed(options: Mapping[str, str]) -> str:
    return ", ".join(f"'{key}' = '{value}'" for key, value in options.items())


def counts_statement(plan: RunPlan, table: str) -> str:
    """One row with the counts of a table by id, its columns named as the fields of the fact Counts."""
    return _by_key(plan, table) if plan.pipeline.output.key else _by_number(plan, table)


def _by_number(plan: RunPlan, table: str) -> str:
    """The loader says which ids there are: (run key, 0 .. N-1)."""
    key, number = plan.pipeline.output.run_key, plan.pipeline.output.number
    loaded = plan.request.data_count_to_load
    own = f"`{key}` = '{plan.run_key}' AND `{number}` BETWEEN 0 AND {loaded - 1}"
    return (
        f"SELECT {loaded} AS expected, COALESCE(SUM(cnt), 0) AS records, "  # noqa: S608 - names come from the plan
        "COALESCE(SUM(CASE WHEN own THEN 1 ELSE 0 END), 0) AS ids, "
        "COALESCE(SUM(CASE WHEN own AND cnt > 1 THEN 1 ELSE 0 END), 0) AS duplicated, "
        "COALESCE(SUM(CASE WHEN own THEN 0 ELSE cnt END), 0) AS extra "
        f"FROM (SELECT COALESCE({own}, FALSE) AS own, `{key}`, `{number}`, COUNT(*) AS cnt "
        f"FROM `{table}` GROUP BY COALESCE({own}, FALSE), `{key}`, `{number}`)"
    )


def _by_key(plan: RunPlan, table: str) -> str:
    """The stable copy says which ids there are, and their values; grouping takes a NULL in a key as a value."""
    output = plan.pipeline.output
    figures = {
        "expected": "CASE WHEN expected THEN 1 ELSE 0 END",
        "records": "copies",
        "ids": "CASE WHEN expected AND copies > 0 THEN 1 ELSE 0 END",
        "duplicated": "CASE WHEN expected AND copies > 1 THEN 1 ELSE 0 END",
        "extra": "CASE WHEN expected THEN 0 ELSE copies END",
        "changed": "CASE WHEN expected AND copies > 0 AND differs THEN 1 ELSE 0 END",
        "counted": "CASE WHEN own THEN most ELSE 0 END",
        "summed": "total",
    }
    if output.count:
        figures["undercounted"] = "CASE WHEN expected AND copies > 0 AND most < expected_most THEN 1 ELSE 0 END"
    sums = ", ".join(f"COALESCE(SUM({figure}), 0) AS {name}" for name, figure in figures.items())
    return f"SELECT {sums} FROM ({_ids(plan, table)})"  # noqa: S608 - names come from the plan


def _ids(plan: RunPlan, table: str) -> str:
    """One row for each id of either table: what it has in `table`, and what in the stable copy's."""
    output = plan.pipeline.output
    own = f"COALESCE(`{output.run_key}` = '{plan.run_key}', FALSE)"
    weight = f"CAST(`{output.count}` AS BIGINT)" if output.count else "CAST(1 AS BIGINT)"
    id_columns = ", ".join(f"`{name}`" for name in (output.run_key, *output.key))
    columns = ", ".join(f"`{name}`" for name in dict.fromkeys((output.run_key, *output.key, *output.compared)))
    both = " UNION ALL ".join(
        f"SELECT {columns}, {weight} AS row_weight, {stable} AS row_stable FROM `{name}`"  # noqa: S608
        for name, stable in ((TABLES[Copy.STABLE], "TRUE"), (table, "FALSE"))
    )
    differs = " OR ".join(_differs(name) for name in output.compared) or "FALSE"
    return (
        f"SELECT {own} AS own, {own} AND MAX(CASE WHEN row_stable THEN 1 ELSE 0 END) = 1 AS expected, "  # noqa: S608
        "SUM(CASE WHEN row_stable THEN 0 ELSE 1 END) AS copies, "
        "SUM(CASE WHEN row_stable THEN 0 ELSE row_weight END) AS total, "
        "MAX(CASE WHEN row_stable THEN 0 ELSE row_weight END) AS most, "
        "MAX(CASE WHEN row_stable THEN row_weight ELSE 0 END) AS expected_most, "
        f"{differs} AS differs FROM ({both}) GROUP BY {id_columns}"
    )


def _differs(column: str) -> str:
    """Whether any of the copy's values of an id is another than the stable copy's; of several the greatest."""
    expected = f"MAX(CASE WHEN row_stable THEN `{column}` END)"
    found = (f"{function}(CASE WHEN NOT row_stable THEN `{column}` END)" for function in ("MIN", "MAX"))
    return " OR ".join(f"{one} IS DISTINCT FROM {expected}" for one in found)


def _offsets(offsets: Offsets) -> str:
    return ";".join(f"partition:{partition},offset:{offset}" for partition, offset in sorted(offsets.items()))
