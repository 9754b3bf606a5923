import inspect
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from flink_chaos.flink import dbapi
from flink_chaos.flink.gateway import SqlGateway
from flink_chaos.flink.http import HttpService

from tests.unit.flink.fake_gateway import Outcome

TYPED = "SELECT * FROM typed"
EXACT = 0.125
"""Stands for a number with more digits than Python's JSON can write."""


@pytest.fixture
def connection(gateway):
    """Return a connection that is closed at the end."""
    with dbapi.connect(gateway) as opened:
        yield opened


@pytest.fixture
def cursor(connection):
    """Return a cursor of it."""
    return connection.cursor()


def test_the_module_tells_what_pep_249_asks():
    """Levels, and a tree of errors."""
    assert (dbapi.apilevel, dbapi.threadsafety, dbapi.paramstyle) == ("2.0", 1, "pyformat")
    tree = {name: error.__mro__[1].__name__ for name, error in inspect.getmembers(dbapi, inspect.isclass)
            if issubclass(error, dbapi.Error)}  # fmt: skip
    below = ("DataError", "OperationalError", "IntegrityError", "InternalError", "ProgrammingError", "NotSupportedError")
    assert tree == {"Error": "Exception", "InterfaceError": "Error", "DatabaseError": "Error",
                    **dict.fromkeys(below, "DatabaseError")}  # fmt: skip
    assert dbapi.TimestampFromTicks(1.5) == dbapi.Timestamp(1970, 1, 1, 0, 0, 1, 500000)
    assert (dbapi.DateFromTicks(0), dbapi.TimeFromTicks(61)) == (dbapi.Date(1970, 1, 1), dbapi.Time(0, 1, 1))


def test_a_session_lives_from_the_first_statement_to_close(gateway, fake_gateway):
    """One session for all cursors; none where nothing is run."""
    with dbapi.connect(gateway, {"pipeline.name": "x"}) as connection:
        connection.cursor()
        assert fake_gateway.opened == []
        connection.cursor().execute("SELECT 1")
        connection.cursor().execute("SELECT 2")
        assert [each["pipeline.name"] for each in fake_gateway.sessions.values()] == ["x"]
    assert (fake_gateway.sessions, len(fake_gateway.opened)) == ({}, 1)


def test_a_session_starts_in_the_named_database(gateway, fake_gateway):
    """Also in another catalog; quotes in a name stay in it."""
    fake_gateway.databases |= {"`hive`.`sales`", "`a``b`"}
    for name in ("hive.sales", "a`b"):
        with dbapi.connect(gateway, database=name) as connection:
            connection.cursor().execute("SELECT 1").execute("SELECT 2")
    assert fake_gateway.statements == ["USE `hive`.`sales`", "SELECT 1", "SELECT 2", "USE `a``b`", "SELECT 1", "SELECT 2"]


def test_a_database_that_is_not_there_is_told_and_nothing_stays_open(gateway, fake_gateway):
    """Before the first statement runs."""
    refused = pytest.raises(dbapi.ProgrammingError, match=r"cannot run `USE `nope``.*does not exist")
    with refused, dbapi.connect(gateway, database="nope") as connection:
        connection.cursor().execute("SELECT 1")
    assert (fake_gateway.sessions, fake_gateway.statements) == ({}, ["USE `nope`"])


def test_rows_are_fetched_one_by_one_in_parts_and_all_at_once(cursor):
    """Each row once, in order; then nothing."""
    cursor.execute("VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e'), (6, 'f')")
    assert (cursor.rowcount, cursor.fetchone(), cursor.fetchmany()) == (6, (1, "a"), [(2, "b")])
    assert cursor.fetchmany(2) == [(3, "c"), (4, "d")]
    assert next(iter(cursor)) == (5, "e")
    assert cursor.fetchall() == [(6, "f")]
    assert (cursor.fetchone(), cursor.fetchmany(5), cursor.fetchall(), list(cursor)) == (None, [], [], [])


def test_an_empty_result_still_has_its_columns(cursor):
    """And no rows."""
    cursor.execute("SELECT 1 AS n WHERE 1 = 0")
    assert ([column[0] for column in cursor.description], cursor.rowcount, cursor.fetchall()) == (["n"], 0, [])


def test_columns_are_described_and_cells_have_pythons_types(cursor, fake_gateway):
    """Every digit of a DECIMAL; NULL is None in every type."""
    columns = {
        "dec": {"type": "DECIMAL", "nullable": False, "precision": 38, "scale": 18},
        "dbl": {"type": "DOUBLE"},
        "day": {"type": "DATE"},
        "tod": {"type": "TIME_WITHOUT_TIME_ZONE", "precision": 0},
        "ts": {"type": "TIMESTAMP_WITHOUT_TIME_ZONE", "precision": 3},
        "ltz": {"type": "TIMESTAMP_WITH_LOCAL_TIME_ZONE", "precision": 9},
        "bin": {"type": "VARBINARY", "length": 9},
        "arr": {"type": "ARRAY", "elementType": {"type": "INTEGER"}},
    }
    row = [EXACT, 1.5, "1990-10-14", "12:12:43", "1990-10-14T12:12:43.123",
           "1990-10-14T12:12:43.123456789Z", "AP8=", [1, 2]]  # fmt: skip
    fake_gateway.scripted[TYPED] = Outcome(columns, [row, [None] * 8])
    fake_gateway.spelled["0.125"] = "12345678901234567890.12345678901234567"
    cursor.execute(TYPED)
    assert cursor.description[0] == ("dec", "DECIMAL", None, None, 38, 18, False)
    assert [column[1] for column in cursor.description] == [kind["type"] for kind in columns.values()]
    first, second = cursor.fetchall()
    noon = datetime.fromisoformat("1990-10-14T12:12:43")
    assert first == (
        Decimal("12345678901234567890.123456789012345670"), 1.5, date(1990, 10, 14), time(12, 12, 43),
        noon.replace(microsecond=123000), noon.replace(microsecond=123456, tzinfo=UTC), b"\x00\xff", [1, 2],
    )  # fmt: skip
    assert (str(first[0])[-3:], type(first[1]), second) == ("670", float, (None,) * 8)


def test_a_decimal_without_a_fraction_has_its_scale(cursor, fake_gateway):
    """JSON drops the zeros."""
    fake_gateway.scripted[TYPED] = Outcome({"d": {"type": "DECIMAL", "precision": 9, "scale": 2}}, [[5], [0.1]])
    assert [str(row[0]) for row in cursor.execute(TYPED)] == ["5.00", "0.10"]


def test_types_are_compared_with_pep_249s(cursor, fake_gateway):
    """A name of Flink's equals its class of types, and no other."""
    kinds = ("VARCHAR", "VARBINARY", "BIGINT", "DATE", "ARRAY")
    fake_gateway.scripted[TYPED] = Outcome({kind: {"type": kind} for kind in kinds}, [])
    cursor.execute(TYPED)
    classes = (dbapi.STRING, dbapi.BINARY, dbapi.NUMBER, dbapi.DATETIME, dbapi.ROWID)
    assert [[column[1] == each for each in classes].index(True) for column in cursor.description[:4]] == [0, 1, 2, 3]
    assert not any(each == "ARRAY" for each in classes)
    assert (dbapi.STRING == dbapi.STRING, dbapi.STRING != dbapi.NUMBER) == (True, True)


def test_a_statement_without_rows_has_no_description(cursor):
    """As PEP 249 tells DDL from a query; rows of an earlier statement are gone."""
    cursor.execute("SELECT 1")
    cursor.execute("CREATE TABLE t (n INT)")
    assert (cursor.description, cursor.rowcount) == (None, -1)
    with pytest.raises(dbapi.ProgrammingError, match="no rows to fetch: execute a query first"):
        cursor.fetchall()


def test_an_insert_gives_its_job_but_no_count(cursor):
    """Flink does not tell how many rows it wrote."""
    cursor.execute("CREATE TABLE t (n INT)").execute("INSERT INTO t VALUES (1)")
    assert (cursor.rowcount, cursor.description[0][0], len(cursor.fetchall())) == (-1, "job id", 1)


def test_parameters_are_put_in_as_literals(cursor, fake_gateway):
    """One that looks like SQL stays a text; without parameters a % is a %."""
    cursor.execute("CREATE TABLE t (n INT, s TEXT)")
    cursor.executemany("INSERT INTO t VALUES (%s, %s)", [(1, "'; DROP TABLE t; --"), (2, None)])
    assert cursor.execute("SELECT s FROM t WHERE n = %(n)s", {"n": 1}).fetchall() == [("'; DROP TABLE t; --",)]
    assert cursor.execute("SELECT 7 % 4").fetchone() == (3,)
    assert fake_gateway.statements[2] == "INSERT INTO t VALUES (2, NULL)"


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ([object()], dbapi.DataError, "cannot pass a parameter to Flink: no SQL literal for a object"),
        ([], dbapi.ProgrammingError, "the parameters do not fit the statement: fewer"),
    ],
)
def test_bad_parameters_are_told_before_anything_is_sent(cursor, fake_gateway, parameters, error, message):
    """As one line."""
    with pytest.raises(error, match=message):
        cursor.execute("SELECT %s", parameters)
    assert fake_gateway.opened == []


@pytest.mark.parametrize(
    ("failure", "error"),
    [("ValidationException", dbapi.ProgrammingError), ("TableException", dbapi.OperationalError)],
)
def test_a_failed_statement_says_whether_to_try_again(cursor, fake_gateway, failure, error):
    """ProgrammingError for a wrong statement only; the cursor can go on."""
    fake_gateway.failure = failure
    with pytest.raises(error, match=r"SQL Gateway, http.*: cannot run `SELECT \* FROM nope`: .*no such table") as told:
        cursor.execute("SELECT * FROM nope")
    assert "\n" not in str(told.value)
    assert cursor.execute("SELECT 1").fetchone() == (1,)


def test_a_statement_may_take_as_long_as_the_connection_says(gateway, fake_gateway):
    """And no longer."""
    fake_gateway.scripted[TYPED] = Outcome({"n": {"type": "BIGINT"}}, [], endless=True)
    late = pytest.raises(dbapi.OperationalError, match="no end within 0 s")
    with late, dbapi.connect(gateway, timeout=0) as connection:
        connection.cursor().execute(TYPED)


def test_a_gateway_that_does_not_answer_is_an_operational_error(fake_gateway):
    """Through whichever service."""
    fake_gateway.server.shutdown()
    fake_gateway.server.server_close()
    connection = dbapi.connect(SqlGateway(HttpService(fake_gateway.url)))
    with pytest.raises(dbapi.OperationalError, match=r"cannot open a session: no answer"):
        connection.cursor().execute("SELECT 1")


def test_an_api_server_that_does_not_answer_is_an_operational_error(fake_api, cluster):
    """The cluster's own error is not PEP 249's."""
    from flink_chaos.cluster.proxy import ServiceProxy

    fake_api.server.shutdown()
    fake_api.server.server_close()
    connection = dbapi.connect(SqlGateway(ServiceProxy(cluster, "flink", "sql-gateway", 8083)))
    with pytest.raises(dbapi.OperationalError, match="does not answer"):
        connection.cursor().execute("SELECT 1")


def test_what_is_closed_cannot_be_used(connection):
    """Neither cursor nor connection; closing twice is fine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    other = connection.cursor()
    with pytest.raises(dbapi.InterfaceError, match="the cursor is closed"):
        cursor.fetchall()
    connection.close()
    connection.close()
    for use in (connection.cursor, connection.commit, lambda: other.execute("SELECT 1")):
        with pytest.raises(dbapi.InterfaceError, match="the connection to Flink SQL Gateway is closed"):
            use()


def test_there_are_no_transactions(connection):
    """A commit has nothing to do, a rollback is refused."""
    assert connection.commit() is None
    with pytest.raises(dbapi.NotSupportedError, match="nothing can be rolled back"):
        connection.rollback()
