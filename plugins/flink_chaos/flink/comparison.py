"""SQL that reads both sinks, each between its recorded offsets, and counts by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flink_chaos.model.facts import Offsets
    from flink_chaos.model.plan import RunPlan


def table_statement(plan: RunPlan, table: str, topic: str, begin: Offsets, end: Offsets) -> str:
    """CREATE TABLE over the records of `topic` from `begin` up to before `end`, committed ones only.

    A bounded read starts and stops at offsets: partitions without a record of the run are left out by both.
    """
    output = plan.pipeline.output
    columns = ", ".join(f"`{name}` {kind}" for name, kind in output.columns.items())
    options = {
        "connector": "kafka",
        "topic": topic,
        "properties.bootstrap.servers": plan.environment.kafka_bootstrap_servers,
        "properties.group.id": f"flink-chaos.compare.{plan.run_key}",
        "properties.isolation.level": "read_committed",
        "format": output.format,
        "scan.startup.mode": "specific-offsets",
        "scan.startup.specific-offsets": _offsets(begin),
        "scan.bounded.mode": "specific-offsets",
        "scan.bounded.specific-offsets": _offsets(end),
    }
    listed = ", ".join(f"'{key}' = '{value}'" for key, value in options.items())
    return f"CREATE TEMPORARY TABLE `{table}` ({columns}) WITH ({listed})"


def counts_statement(plan: RunPlan, table: str) -> str:
    """One row: records, distinct ids of this run, ids seen more than once, records whose id was never loaded."""
    key, number = plan.pipeline.output.run_key, plan.pipeline.output.number
    own = f"`{key}` = '{plan.run_key}' AND `{number}` BETWEEN 0 AND {plan.request.data_count_to_load - 1}"
    return (
        "SELECT COALESCE(SUM(cnt), 0) AS records, "  # noqa: S608 - names come from the plan
        "COALESCE(SUM(CASE WHEN own THEN 1 ELSE 0 END), 0) AS ids, "
        "COALESCE(SUM(CASE WHEN own AND cnt > 1 THEN 1 ELSE 0 END), 0) AS duplicated, "
        "COALESCE(SUM(CASE WHEN own THEN 0 ELSE cnt END), 0) AS extra "
        f"FROM (SELECT COALESCE({own}, FALSE) AS own, `{key}`, `{number}`, COUNT(*) AS cnt "
        f"FROM `{table}` GROUP BY COALESCE({own}, FALSE), `{key}`, `{number}`)"
    )


def _offsets(offsets: Offsets) -> str:
    return ";".join(f"partition:{partition},offset:{offset}" for partition, offset in sorted(offsets.items()))
