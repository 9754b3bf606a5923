import json
from datetime import UTC, datetime

import pytest
from airflow.providers.common.sql.operators.sql import (
    SQLCheckOperator,
    SQLColumnCheckOperator,
    SQLExecuteQueryOperator,
    SQLTableCheckOperator,
)
from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException
from flink_chaos.flink.dbapi import OperationalError, ProgrammingError
from flink_chaos.hooks.sql_gateway import FlinkSqlGatewayHook

CONNECTION = "AIRFLOW_CONN_FLINK_SQL_GATEWAY_DEFAULT"
NAME = "flink_sql_gateway_default"


@pytest.fixture
def connect(monkeypatch):
    """Return a function that writes the connection."""

    def written(**fields):
        monkeypatch.setenv(CONNECTION, json.dumps({"conn_type": "flink_sql_gateway", **fields}))

    return written


@pytest.fixture
def direct(connect, fake_gateway):
    """Return the gateway in memory, which the connection names by host and port."""
    connect(host="127.0.0.1", port=fake_gateway.server.server_address[1])
    return fake_gateway


@pytest.fixture
def table(direct):
    """Return the same gateway with a table t of three rows."""
    direct.sql.execute(
        "CREATE TABLE t AS SELECT column1 AS n, column2 AS s FROM (VALUES (1, 'a'), (2, 'b'), (3, NULL))"
    )
    return direct


def execute(operator, **kwargs):
    """Run a stock operator as a task does."""
    return operator(task_id="sql", conn_id=NAME, **kwargs).execute({})


def test_the_hook_is_found_by_the_connections_type(direct):
    """As every SQL operator finds it."""
    assert isinstance(BaseHook.get_connection(NAME).get_hook(), FlinkSqlGatewayHook)


def test_a_query_operator_returns_rows_and_leaves_nothing_open(direct):
    """Without a transaction or a semicolon's trouble."""
    assert execute(SQLExecuteQueryOperator, sql="VALUES (1, 'a'), (2, NULL)") == [(1, "a"), (2, None)]
    assert (direct.sessions, direct.operations) == ({}, {})


def test_statements_of_a_task_share_a_session(direct):
    """Split at their semicolons, which Flink is not sent."""
    script = "CREATE TABLE u (n INT); INSERT INTO u VALUES (7); SELECT n FROM u;"
    assert execute(SQLExecuteQueryOperator, sql=script, split_statements=True) == [(7,)]
    assert direct.statements == ["CREATE TABLE u (n INT)", "INSERT INTO u VALUES (7)", "SELECT n FROM u"]
    assert len(direct.opened) == 1


def test_a_session_is_synchronous_and_in_batch_mode(connect, direct):
    """Unless the connection says otherwise; a task wins over the connection, and JSON's values become texts."""
    execute(SQLExecuteQueryOperator, sql="SELECT 1")
    properties = {"table.dml-sync": False, "parallelism.default": 4, "pipeline.name": "theirs"}
    connect(host=direct.url, extra={"properties": properties})
    execute(SQLExecuteQueryOperator, sql="SELECT 1", hook_params={"properties": {"pipeline.name": "mine"}})
    FlinkSqlGatewayHook(properties={"execution.runtime-mode": "streaming"}).get_first("SELECT 1")
    batch = {"execution.runtime-mode": "batch"}
    theirs = {"table.dml-sync": "false", "parallelism.default": "4", "pipeline.name": "theirs"}
    assert direct.opened == [
        batch | {"table.dml-sync": "true"},
        batch | theirs | {"pipeline.name": "mine"},
        theirs | {"execution.runtime-mode": "streaming"},
    ]


def test_parameters_of_an_operator_are_put_in(table):
    """By name and by place."""
    assert execute(SQLExecuteQueryOperator, sql="SELECT s FROM t WHERE n = %(n)s", parameters={"n": 2}) == [("b",)]
    assert execute(SQLExecuteQueryOperator, sql="SELECT n FROM t WHERE s = %s", parameters=["a' OR 1=1 --"]) == []


def test_a_failed_statement_fails_the_task_with_one_line(direct):
    """Which gateway, which statement, why, what to do."""
    line = r"^SQL Gateway, http.*: cannot run `SELECT \* FROM nope`: .*no such table: nope. Correct the statement$"
    with pytest.raises(ProgrammingError, match=line):
        execute(SQLExecuteQueryOperator, sql="SELECT * FROM nope")
    assert direct.sessions == {}


@pytest.mark.parametrize(("sql", "good"), [("SELECT COUNT(*) = 3 FROM t", True), ("SELECT COUNT(*) > 3 FROM t", False)])
def test_a_check_operator_passes_and_fails(table, sql, good):
    """By the first row."""
    if good:
        assert execute(SQLCheckOperator, sql=sql) is None
    else:
        with pytest.raises(AirflowException, match="Test failed"):
            execute(SQLCheckOperator, sql=sql)


@pytest.mark.parametrize("nulls", [1, 0])
def test_column_and_table_checks_work(table, nulls):
    """Their generated SQL and its numbers."""
    execute(SQLTableCheckOperator, table="t", checks={"row_count_check": {"check_statement": "COUNT(*) = 3"}})
    checks = {"n": {"min": {"equal_to": 1}, "max": {"less_than": 4}}, "s": {"null_check": {"equal_to": nulls}}}
    if nulls:
        execute(SQLColumnCheckOperator, table="t", column_mapping=checks)
    else:
        with pytest.raises(AirflowException, match="null_check"):
            execute(SQLColumnCheckOperator, table="t", column_mapping=checks)


def test_rows_are_inserted_with_their_own_types(direct):
    """Flink casts no text to a number, as common-sql would send it."""
    direct.scripted["INSERT INTO u (`n`, `at`) VALUES (1,TIMESTAMP '2026-01-02 00:00:00.000000')"] = "seen"
    hook = FlinkSqlGatewayHook(escape_column_names=True)
    row = (1, datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None))
    with pytest.raises(ProgrammingError, match="seen"):
        hook.insert_rows("u", [row], target_fields=["n", "at"])


def test_the_schema_is_the_database_and_a_task_may_name_another(connect, direct):
    """Operators call it `database`."""
    direct.databases |= {"`sales`", "`hive`.`stock`"}
    connect(host=direct.url, schema="sales")
    execute(SQLExecuteQueryOperator, sql="SELECT 1")
    execute(SQLExecuteQueryOperator, sql="SELECT 1", database="hive.stock")
    assert direct.statements == ["USE `sales`", "SELECT 1", "USE `hive`.`stock`", "SELECT 1"]


def test_a_service_is_reached_through_the_api_server_of_the_named_connection(
    connect, monkeypatch, tmp_path, fake_gateway, fake_api
):
    """With nothing but the right to proxy."""
    from tests.unit.cluster.test_connect import kubeconfig

    extra = {"kube_config_path": kubeconfig(tmp_path, fake_api)}
    monkeypatch.setenv("AIRFLOW_CONN_OTHER", json.dumps({"conn_type": "kubernetes", "extra": extra}))
    connect(extra={"kubernetes_conn_id": "other", "namespace": "flink", "service": "sql-gateway"})
    fake_api.services["flink/sql-gateway:8083"] = fake_gateway.behind
    assert execute(SQLExecuteQueryOperator, sql="SELECT 1") == [(1,)]
    with pytest.raises(
        ProgrammingError, match=r"^SQL Gateway, service sql-gateway:8083 in namespace 'flink': cannot run"
    ):
        execute(SQLExecuteQueryOperator, sql="SELECT * FROM nope")
    assert fake_gateway.sessions == {}


def test_login_and_password_are_used(connect, fake_gateway):
    """And a wrong one is told by the test button, without telling it."""
    fake_gateway.credentials = "me:secret"
    connect(host=fake_gateway.url, login="me", password="secret")
    assert FlinkSqlGatewayHook().test_connection() == (True, "Connection successfully tested")
    connect(host=fake_gateway.url, login="me", password="guess")
    good, message = FlinkSqlGatewayHook().test_connection()
    assert (good, "Check user and password" in message, "guess" in message) == (False, True, False)


def test_the_test_button_starts_no_job(direct):
    """It opens a session in the connection's database and asks for its name."""
    assert BaseHook.get_connection(NAME).test_connection() == (True, "Connection successfully tested")
    assert (direct.statements, direct.sessions) == (["SHOW CURRENT DATABASE"], {})


def test_the_timeout_of_the_connection_is_kept(connect, direct):
    """An hour without one."""
    from tests.unit.flink.fake_gateway import Outcome

    direct.scripted["SELECT 1"] = Outcome({"n": {"type": "BIGINT"}}, [], endless=True)
    connect(host=direct.url, extra={"timeout": 0.001})
    with pytest.raises(OperationalError, match=r"no end within 0.001 s"):
        FlinkSqlGatewayHook().get_first("SELECT 1")


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({"host": "gw"}, "http://gw:8083"),
        ({"host": "gw", "port": 80}, "http://gw:80"),
        ({"host": "gw:1", "port": 80}, "http://gw:1"),
        ({"host": "https://gw/flink"}, "https://gw/flink"),
        ({"host": "https://gw/flink", "port": 8443}, "https://gw:8443/flink"),
        ({"host": "[::1]"}, "http://[::1]:8083"),
    ],
)
def test_host_and_port_make_the_address(connect, fields, address):
    """A bare host means http and Flink's port, a URL the port of its scheme."""
    connect(**fields)
    assert FlinkSqlGatewayHook().gateway().service.name == address


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "neither host nor service. Give the host of the gateway, or namespace and service in the extra"),
        ({"host": "gw", "extra": {"service": "x"}}, "both host and service"),
        ({"extra": {"service": "x"}}, "service 'x' without a namespace. Give the namespace"),
        ({"host": "http://me:secret@gw"}, "user and password in its host"),
        ({"host": "gw", "extra": {"properties": "a=b"}}, "properties 'a=b' are no JSON object"),
        ({"host": "gw", "extra": {"timeout": "soon"}}, "timeout 'soon'. Write seconds"),
        ({"host": "gw", "extra": {"timeout": -1}}, "timeout -1. Write seconds"),
        ({"host": "gw", "extra": {"namespace": "x"}}, "namespace filled in, which is not used at its host"),
        ({"host": "gw", "extra": {"kubernetes_conn_id": "x"}}, "kubernetes_conn_id filled in, which is not used"),
        (
            {"login": "me", "password": "secret", "extra": {"service": "x", "namespace": "y"}},
            "login, password filled in, which is not used through the API server",
        ),
        ({"extra": {"service": "x", "namespace": "y", "ca_bundle": "z"}}, "ca_bundle filled in, which is not used"),
        ({"host": "gw", "extra": "timeout=5"}, "an extra that is no JSON"),
    ],
)
def test_a_connection_that_cannot_be_used_is_told(connect, fields, message):
    """By its name, and what to write; never with its password."""
    connect(**fields)
    with pytest.raises(ValueError, match=f"connection '{NAME}' .* has {message}") as told:
        FlinkSqlGatewayHook().get_conn()
    assert "secret" not in str(told.value)
