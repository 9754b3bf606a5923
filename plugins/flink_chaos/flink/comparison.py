"""SQL that reads both sinks, as far as it was recorded, and counts by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.flink.literals import literal, quoted
from flink_chaos.model.base import Copy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flink_chaos.model.facts import Offsets
    from flink_chaos.model.pipeline import Output
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
    return f"CREATE TEMPORARY TABLE {quoted(table)} (`nonce` STRING) WITH ({_listed(options)})"


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
    names = ", ".join(map(quoted, columns))
    return (
        f"CREATE TEMPORARY VIEW {quoted(table)} ({names}) AS SELECT * FROM (VALUES ({values})) AS nothing WHERE FALSE"  # noqa: S608
    )


def _table_statement(plan: RunPlan, table: str, options: Mapping[str, str]) -> str:
    output = plan.pipeline.output
    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in output.columns.items())
    return f"CREATE TEMPORARY TABLE {quoted(table)} ({columns}) WITH ({_listed({**options, 'format': output.format})})"


def _listed(options: Mapping[str, str]) -> str:
    return ", ".join(f"{literal(key)} = {literal(value)}" for key, value in options.items())


def counts_statement(plan: RunPlan, table: str) -> str:
    """One row with the counts of a table by id, its columns named as the fields of the fact Counts.

    The stable copy says which ids there are, how often, and with which values: `Compared` says what the numbers mean.
    Grouping takes a NULL in a key or a value as a value.
    """
    figures = _against_control(plan.pipeline.output) | _of_run(plan.pipeline.output)
    sums = ", ".join(f"COALESCE(SUM({figure}), 0) AS {name}" for name, figure in figures.items())
    return f"SELECT {sums} FROM ({_by_id(plan, table)}) AS by_id"  # noqa: S608 - names come from the plan


def _against_control(output: Output) -> dict[str, str]:
    """What each id adds to the counts against the stable copy's."""
    surplus = "excess + CASE WHEN strange > deficit THEN strange - deficit ELSE 0 END"
    figures = {
        "expected": _one("stable_rows > 0"),
        "records": "copy_rows",
        "ids": _one("stable_rows > 0 AND copy_rows > 0"),
        "lost": "CASE WHEN deficit > strange THEN deficit - strange ELSE 0 END",
        "lost_ids": _one("deficit > strange"),
        "duplicated": _one(f"stable_rows > 0 AND {surplus} > 0"),
        "surplus": f"CASE WHEN stable_rows > 0 THEN {surplus} ELSE 0 END",
        "extra": "CASE WHEN stable_rows = 0 THEN copy_rows ELSE 0 END",
    }
    if output.compared:
        figures["changed"] = _one("stable_rows > 0 AND strange > 0")
    if output.count:
        figures["undercounted"] = _one("stable_rows > 0 AND copy_rows > 0 AND most < stable_most")
    return figures


def _of_run(output: Output) -> dict[str, str]:
    """What each id adds to the counts of the run's own records, whatever the stable copy has."""
    figures = {
        "older": "CASE WHEN own THEN 0 ELSE copy_rows END",
        "counted": _one("loaded AND copy_rows > 0"),
        "repeated": "CASE WHEN loaded AND copy_rows > 1 THEN copy_rows - 1 ELSE 0 END",
    }
    if output.count:
        return figures | {"counted": "CASE WHEN own THEN most ELSE 0 END", "summed": "total"}
    if output.number:
        figures["unloaded"] = "CASE WHEN own AND NOT loaded THEN copy_rows ELSE 0 END"
    return figures


def _one(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def _by_id(plan: RunPlan, table: str) -> str:
    """One row for each id of either table; a record without an id is one by all that it holds."""
    output = plan.pipeline.output
    name_of = _names(output)
    own = f"COALESCE({name_of[output.run_key]} = {literal(plan.run_key)}, FALSE)"
    last = plan.request.data_count_to_load - 1
    loaded = f"{own} AND COALESCE({name_of[output.number]} BETWEEN 0 AND {last}, FALSE)" if output.number else own
    no_id = " OR ".join(f"{name_of[name]} IS NULL" for name in filter(None, (output.run_key, output.number)))
    alone = [f"CASE WHEN {no_id} THEN {name_of[name]} END" for name in output.compared]
    sums = {
        "own": own,
        "loaded": loaded,
        "stable_rows": "SUM(row_stable)",
        "copy_rows": "SUM(row_copy)",
        "deficit": "SUM(CASE WHEN row_stable > row_copy THEN row_stable - row_copy ELSE 0 END)",
        "strange": "SUM(CASE WHEN row_stable = 0 THEN row_copy ELSE 0 END)",
        "excess": "SUM(CASE WHEN row_stable > 0 AND row_copy > row_stable THEN row_copy - row_stable ELSE 0 END)",
    }
    if output.count:
        weight = f"COALESCE(CAST({name_of[output.count]} AS BIGINT), 0)"
        sums["most"] = f"MAX(CASE WHEN row_copy > 0 THEN {weight} END)"
        sums["stable_most"] = f"MAX(CASE WHEN row_stable > 0 THEN {weight} END)"
        sums["total"] = f"SUM(row_copy * {weight})"
    listed = ", ".join(f"{expression} AS {name}" for name, expression in sums.items())
    groups = ", ".join([*(name_of[name] for name in output.identity), *alone])
    return f"SELECT {listed} FROM ({_by_value(plan, table)}) AS by_value GROUP BY {groups}"  # noqa: S608


def _by_value(plan: RunPlan, table: str) -> str:
    """One row for each value of each id: how many records with it the stable copy has, and how many the copy."""
    name_of = _names(plan.pipeline.output)
    columns = ", ".join(name_of.values())
    renamed = ", ".join(f"{quoted(name)} AS {ours}" for name, ours in name_of.items())
    both = " UNION ALL ".join(
        f"SELECT {renamed}, {stable} AS in_stable, {copy} AS in_copy FROM {quoted(name)}"  # noqa: S608
        for name, stable, copy in ((TABLES[Copy.STABLE], 1, 0), (table, 0, 1))
    )
    sums = "SUM(in_stable) AS row_stable, SUM(in_copy) AS row_copy"
    return f"SELECT {columns}, {sums} FROM ({both}) AS both_copies GROUP BY {columns}"  # noqa: S608


def _names(output: Output) -> dict[str, str]:
    """Names of our own for columns: one of theirs could be that of a figure, or mean something else in a function."""
    return {name: f"column_{place}" for place, name in enumerate((*output.identity, *output.compared))}


def _offsets(offsets: Offsets) -> str:
    return ";".join(f"partition:{partition},offset:{offset}" for partition, offset in sorted(offsets.items()))
