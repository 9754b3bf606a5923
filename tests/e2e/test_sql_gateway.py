"""The SQL Gateway connection with stock operators on a real gateway, through the API server's service proxy."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from airflow.providers.common.sql.operators.sql import (
    SQLCheckOperator,
    SQLColumnCheckOperator,
    SQLExecuteQueryOperator,
)
from flink_chaos.flink.dbapi import ProgrammingError
from flink_chaos.hooks.sql_gateway import FlinkSqlGatewayHook

from lab.paths import RUNNER_KUBECONFIG

pytestmark = pytest.mark.lab

NAME = "flink_sql_gateway_default"
GATEWAY = {"kubernetes_conn_id": "lab", "namespace": "flink", "service": "sql-gateway"}
LETTERS = "(VALUES (1, 'a'), (2, 'b'), (3, 'c')) AS t (n, s)"


@pytest.fixture(autouse=True)
def connections(monkeypatch):
    """Name the lab's cluster with the rights of a run, and the gateway in it."""
    kubernetes = {"conn_type": "kubernetes", "extra": {"kube_config_path": str(RUNNER_KUBECONFIG)}}
    monkeypatch.setenv("AIRFLOW_CONN_LAB", json.dumps(kubernetes))
    gateway = {"conn_type": "flink_sql_gateway", "extra": GATEWAY}
    monkeypatch.setenv(f"AIRFLOW_CONN_{NAME.upper()}", json.dumps(gateway))


def execute(operator, **kwargs):
    """Run a stock operator as a task does."""
    return operator(task_id="sql", conn_id=NAME, **kwargs).execute({})


@pytest.mark.smoke
def test_a_query_operator_returns_rows():
    """One cell, and rows of several types in their order."""
    assert FlinkSqlGatewayHook().test_connection() == (True, "Connection successfully tested")
    assert execute(SQLExecuteQueryOperator, sql="SELECT 1") == [(1,)]
    assert execute(SQLExecuteQueryOperator, sql=f"SELECT * FROM {LETTERS} ORDER BY n") == [(1, "a"), (2, "b"), (3, "c")]


def test_a_wrong_statement_is_one_line():
    """With the reason of Flink's planner and not of the gateway around it."""
    line = (
        r"^SQL Gateway, service sql-gateway:8083 in namespace 'flink': cannot run `SELECT \* FROM nope`: "
        r"[\w.]+SqlValidatorException: Object 'nope' not found. Correct the statement$"
    )
    with pytest.raises(ProgrammingError, match=line):
        execute(SQLExecuteQueryOperator, sql="SELECT * FROM nope")


def test_statements_of_a_task_share_tables_and_an_insert_ends_with_its_job():
    """A temporary table lives as long as the session; the INSERT gives its job's id."""
    script = "CREATE TEMPORARY TABLE hole (n INT) WITH ('connector' = 'blackhole'); INSERT INTO hole VALUES (1);"
    rows = execute(SQLExecuteQueryOperator, sql=script, split_statements=True)
    assert len(rows[0][0]) == 32


def test_every_literal_comes_back_as_it_was():
    """From Python through Flink's SQL and JSON, with every digit."""
    values = [
        True, -5, 2**40, 1.5, -1e-7, Decimal("-12345678901234567890.123456789012345678"), "it's \\ ü %s 🙂", b"\x00\xff",
        date(2026, 1, 2), time(1, 2, 3), datetime.fromisoformat("2026-01-02T03:04:05.000006"),
        datetime(2026, 1, 2, 3, 4, 5, 6000, tzinfo=UTC),
    ]  # fmt: skip
    marks = ", ".join(f"%s AS c{number}" for number in range(len(values)))
    found = execute(SQLExecuteQueryOperator, sql=f"SELECT {marks}, CAST(%s AS INT)", parameters=[*values, None])
    assert found == [(*values, None)]


def test_check_operators_work_on_flinks_sql():
    """What they generate is Flink SQL too."""
    execute(SQLCheckOperator, sql=f"SELECT COUNT(*) = 3, MIN(s) = 'a' FROM {LETTERS}")
    checks = {"n": {"min": {"equal_to": 1}, "unique_check": {"equal_to": 0}}, "s": {"null_check": {"equal_to": 0}}}
    execute(SQLColumnCheckOperator, table=LETTERS, column_mapping=checks)
