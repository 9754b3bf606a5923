import itertools
from types import SimpleNamespace

import pytest
from flink_chaos.cluster.proxy import ServiceProxy
from flink_chaos.flink.gateway import BATCH, Column, GatewayError, SqlGateway

from tests.unit.flink.fake_gateway import OK, Outcome

NUMBERS = "SELECT n FROM numbers"


def test_rows_of_all_pages_come_in_order(gateway, fake_gateway):
    """Pages that are not ready or empty in between change nothing."""
    fake_gateway.scripted[NUMBERS] = Outcome({"n": {"type": "BIGINT"}}, [[n] for n in range(5)])
    with gateway.session() as session:
        result = session.execute(NUMBERS)
    assert (result.columns, result.rows) == (["n"], [[0], [1], [2], [3], [4]])
    assert (result.content, result.query) == (True, True)


def test_columns_carry_flinks_types(gateway, fake_gateway):
    """Name, root, nullability, precision and scale."""
    kind = {"type": "DECIMAL", "nullable": False, "precision": 10, "scale": 2}
    fake_gateway.scripted[NUMBERS] = Outcome({"a": kind, "b": {"type": "VARCHAR", "length": 3}}, [])
    with gateway.session() as session:
        schema = session.execute(NUMBERS).schema
    assert schema == [Column("a", "DECIMAL", nullable=False, precision=10, scale=2), Column("b", "VARCHAR")]


def test_a_statement_that_only_answers_ok_has_no_content(gateway, fake_gateway):
    """DDL and SET."""
    fake_gateway.scripted["SET 'a' = 'b'"] = OK
    with gateway.session() as session:
        result = session.execute("SET 'a' = 'b'")
    assert (result.content, result.query) == (False, False)


def test_statements_of_a_session_see_each_others_tables(gateway):
    """What the gateway keeps is kept."""
    with gateway.session() as session:
        session.execute("CREATE TABLE t (n INT)")
        session.execute("INSERT INTO t VALUES (7)")
        assert session.execute("SELECT n FROM t").rows == [[7]]


def test_a_session_is_in_batch_mode_unless_told_otherwise(gateway, fake_gateway):
    """Properties are added to it, and win."""
    with gateway.session({"pipeline.name": "x"}):
        pass
    with gateway.session({"execution.runtime-mode": "streaming"}):
        pass
    assert fake_gateway.opened == [BATCH | {"pipeline.name": "x"}, {"execution.runtime-mode": "streaming"}]


def test_everything_is_closed_whatever_happens(gateway, fake_gateway):
    """A failed statement leaves neither an operation nor a session."""
    with pytest.raises(GatewayError), gateway.session() as session:
        session.execute("SELECT * FROM nope")
    assert (fake_gateway.operations, fake_gateway.sessions) == ({}, {})


def test_a_refused_statement_is_one_line(gateway, fake_gateway):
    """Which gateway, which statement, the deepest reason, what to do; and that trying again is useless."""
    with pytest.raises(GatewayError) as told, gateway.session() as session:
        session.execute("SELECT *\n  FROM nope")
    line = str(told.value)
    assert line.startswith(f"SQL Gateway, {fake_gateway.url}: cannot run `SELECT * FROM nope`: org.apache.")
    assert line.endswith("SqlValidatorException: no such table: nope. Correct the statement")
    assert "\n" not in line
    assert told.value.refused


def test_a_statement_that_failed_at_work_is_not_refused(gateway, fake_gateway):
    """It may be tried again."""
    fake_gateway.failure, fake_gateway.scripted[NUMBERS] = "TableException", "a TaskManager is gone"
    failed = pytest.raises(GatewayError, match=r"a TaskManager is gone. See the service's log")
    with failed as told, gateway.session() as session:
        session.execute(NUMBERS)
    assert not told.value.refused


def test_a_statement_without_an_end_is_given_up_and_closed(gateway, fake_gateway):
    """The line says how long it was waited for."""
    fake_gateway.scripted[NUMBERS] = Outcome({"n": {"type": "BIGINT"}}, [], endless=True)
    late = pytest.raises(GatewayError, match=r"cannot run `SELECT n FROM numbers`: no end within 0 s. Give it more")
    with late, gateway.session() as session:
        session.execute(NUMBERS, timeout=0)
    assert fake_gateway.operations == {}


def test_a_statement_that_gives_rows_all_the_time_is_given_up_too(gateway, fake_gateway, monkeypatch):
    """A stream fills the memory, not the time between two answers."""
    clock = SimpleNamespace(monotonic=itertools.count().__next__, sleep=lambda _: None)
    monkeypatch.setattr("flink_chaos.flink.gateway.clock", clock)
    fake_gateway.scripted[NUMBERS] = Outcome({"n": {"type": "BIGINT"}}, [[1]] * 100)
    with pytest.raises(GatewayError, match="no end within 20 s"), gateway.session() as session:
        session.execute(NUMBERS, timeout=20)


def test_changes_are_not_taken_for_rows(gateway, fake_gateway):
    """A COUNT in streaming mode takes its own rows back."""
    fake_gateway.scripted[NUMBERS] = Outcome({"n": {"type": "BIGINT"}}, [[1]], row_kind="UPDATE_AFTER")
    refused = pytest.raises(GatewayError, match=r"changes \(UPDATE_AFTER\) and not with rows. Set execution.runtime-mo")
    with refused, gateway.session() as session:
        session.execute(NUMBERS)


def test_a_failure_to_close_hides_neither_rows_nor_reasons(gateway, fake_gateway, caplog):
    """It is logged: the gateway forgets what is idle."""
    fake_gateway.broken["DELETE"] = (500, {"errors": ["cannot close"]})
    with gateway.session() as session:
        assert session.execute("SELECT 1").rows == [[1]]
    with pytest.raises(GatewayError, match="no such table"), gateway.session() as session:
        session.execute("SELECT * FROM nope")
    assert {record.levelname for record in caplog.records} == {"WARNING"}
    assert "cannot close" in caplog.text


def test_a_lost_session_is_told(gateway, fake_gateway):
    """A gateway that started anew knows it no more."""
    with gateway.session() as session:
        fake_gateway.sessions.clear()
        with pytest.raises(GatewayError, match=r"SqlGatewayException: Session '.*' does not exist"):
            session.execute("SELECT 1")


def test_a_gateway_behind_the_api_server_answers_alike(fake_gateway, fake_api, cluster):
    """Through the service proxy, the same client."""
    fake_api.services["flink/sql-gateway:8083"] = fake_gateway.behind
    gateway = SqlGateway(ServiceProxy(cluster, "flink", "sql-gateway", 8083))
    assert gateway.info() == "Apache Flink 1.20.1"
    with gateway.session() as session:
        assert session.execute("VALUES (1, 'a'), (2, 'b'), (3, NULL)").rows == [[1, "a"], [2, "b"], [3, None]]
        with pytest.raises(
            GatewayError, match="SQL Gateway, service sql-gateway:8083 in namespace 'flink': cannot run"
        ):
            session.execute("SELECT * FROM nope")
    assert fake_gateway.sessions == {}


EVIL = ["../../secrets/x", "..", "", "session-1", "%2e%2e", None, 7, ["a"]]


class Scripted:
    """A service that answers by the end of a path, and keeps what it was asked for."""

    name = "scripted"

    def __init__(self, **answers):
        self.answers = {"sessions": {"sessionHandle": HANDLE}, "statements": {"operationHandle": HANDLE}} | answers
        self.asked = []

    def request(self, method, path, body=None, query=None, timeout=0):
        self.asked.append((method, path))
        return self.answers.get(path.rsplit("/", 1)[-1], {})


HANDLE = "0f8fad5b-d9cb-469f-a165-70867728950e"
RESULTS = f"/v2/sessions/{HANDLE}/operations/{HANDLE}/result"
PAGE = {"resultType": "PAYLOAD", "results": {"columns": [], "data": [{"kind": "INSERT", "fields": []}]}}


@pytest.mark.parametrize("handle", EVIL)
def test_a_handle_that_is_none_is_refused_and_never_asked_for(handle):
    """Of a session, and of a statement: it would become a part of a path."""
    for service in (Scripted(sessions={"sessionHandle": handle}), Scripted(statements={"operationHandle": handle})):
        refused = pytest.raises(GatewayError, match=r"its answer is not a SQL Gateway's")
        with refused as told, SqlGateway(service).session() as session:
            session.execute("SELECT 1")
        assert str(told.value).isprintable()
        assert not [path for _, path in service.asked if "secrets" in path or "operations" in path]


@pytest.mark.parametrize(
    "uri",
    [
        "/v2/../../x",
        "http://evil.example/v2/x",
        "//evil.example/v2/x",
        f"{RESULTS}/../../../x",
        f"{RESULTS}/1/../2",
        f"{RESULTS}/1?rowFormat=JSON&x=y",
        f"{RESULTS}/one",
        f"{RESULTS}/1\n",
        RESULTS.replace("/v2", "") + "/1",
        f"/v2/sessions/{HANDLE}/operations/{HANDLE[::-1]}/result/1",
        7,
    ],
)
def test_a_next_page_that_is_not_the_statements_own_is_refused(uri):
    """Whatever answers there would choose what is asked with our rights."""
    service = Scripted(**{"0": PAGE | {"nextResultUri": uri}})
    with pytest.raises(GatewayError, match="which is not this statement's"), SqlGateway(service).session() as session:
        session.execute("SELECT 1")
    assert [path for method, path in service.asked if method == "GET"] == [f"{RESULTS}/0"]


@pytest.mark.parametrize("uri", [f"{RESULTS}/1?rowFormat=JSON", f"{RESULTS}/1", RESULTS.replace("/v2", "/v4") + "/1"])
def test_a_next_page_of_the_statement_is_asked_for(uri):
    """By its number alone, whatever version spells it."""
    service = Scripted(**{"0": PAGE | {"nextResultUri": uri}, "1": PAGE | {"resultType": "EOS"}})
    with SqlGateway(service).session() as session:
        assert len(session.execute("SELECT 1").rows) == 2


@pytest.mark.parametrize("page", [None, [], {}, "x", {"resultType": "EOS"}, {"resultType": "EOS", "results": 7}])
def test_an_answer_that_is_not_a_gateways_is_one_line(page):
    """Whoever stands in between."""
    refused = pytest.raises(GatewayError, match="its answer is not a SQL Gateway's")
    with refused, SqlGateway(Scripted(**{"0": page})).session() as session:
        session.execute("SELECT 1")
    with pytest.raises(GatewayError, match="cannot tell its version: its answer is not"):
        SqlGateway(Scripted(info=page)).info()
