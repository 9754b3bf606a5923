"""Reads both sinks, as far as they were recorded, through SQL Gateway: the report's tables, and counts by id."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from flink_chaos import clock
from flink_chaos.clock import now
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.flink.comparison import TABLES, counts_statement
from flink_chaos.flink.gateway import GatewayError
from flink_chaos.flink.scripts import report_queries
from flink_chaos.kafka.patience import patiently
from flink_chaos.model.comparison_facts import Counts
from flink_chaos.model.facts import Table
from flink_chaos.steps.cluster_checks import gateway
from flink_chaos.steps.run import Progress, RunEndsError, StepError
from flink_chaos.steps.sinks import sink_of
from flink_chaos.steps.topic_states import see_topics

if TYPE_CHECKING:
    from flink_chaos.flink.gateway import Session
    from flink_chaos.model.base import Copy
    from flink_chaos.steps.run import Run

TRIES = 3
GATEWAY_SECONDS = 120
"""A gateway that was killed is back by then."""

PAUSE = 2.0


def check_sinks_closed(run: Run) -> Progress:
    """Whether the ends of both sinks are known; journals them once."""
    facts = []
    for copy in run.plan.copies:
        fact = sink_of(run, copy).ended()
        if isinstance(fact, str):
            return Progress(done=False, message=fact)
        facts.append(fact)
    for fact in facts:
        run.attempt.append(fact)
    see_topics(run, "after")
    return Progress(done=True, message="both sinks closed")


def sinks_expired(run: Run, message: str) -> None:
    """The deadline passed: what could be read is judged."""
    patiently(partial(see_topics, run, "after"))
    for copy in run.plan.copies:
        sink_of(run, copy).cut()
    del message


def compare(run: Run) -> list[Table]:
    """Run the profile's report queries and the counts by id; journal each.

    A gateway that is lost on the way is waited for and asked anew: reading twice changes nothing.
    """
    for _ in range(TRIES - 1):
        try:
            return _compare(run)
        except (GatewayError, ClusterError) as error:
            if getattr(error, "refused", False) or getattr(error, "status", None) == HTTPStatus.FORBIDDEN:
                raise
            _await_gateway(run)
    return _compare(run)


def _await_gateway(run: Run) -> None:
    deadline = clock.monotonic() + GATEWAY_SECONDS
    while True:
        try:
            gateway(run).info()
        except (GatewayError, ClusterError):
            if clock.monotonic() > deadline:
                raise
            clock.sleep(PAUSE)
        else:
            return


def _compare(run: Run) -> list[Table]:
    with gateway(run).session() as session:
        for copy, table in TABLES.items():
            session.execute(_table(run, copy, table), run.plan.deadlines.compare)
        tables = [_report(run, session, name, query) for name, query in report_queries(run.plan).items()]
        for copy, table in TABLES.items():
            run.attempt.append(_counts(run, session, copy, table))
    return tables


def _table(run: Run, copy: Copy, table: str) -> str:
    try:
        return sink_of(run, copy).statement(table)
    except StepError as error:
        raise RunEndsError(str(error)) from error


def _report(run: Run, session: Session, name: str, query: str) -> Table:
    result = session.execute(query, run.plan.deadlines.compare)
    fact = Table(at=now(), clock="flink", name=name, columns=result.columns, rows=result.rows)
    run.attempt.append(fact)
    return fact


def _counts(run: Run, session: Session, copy: Copy, table: str) -> Counts:
    result = session.execute(counts_statement(run.plan, table), run.plan.deadlines.compare)
    found = {name: int(value) for name, value in zip(result.columns, result.rows[0], strict=True)}
    return Counts.model_validate({"at": now(), "clock": "flink", "copy": copy} | found)
