import pytest
from flink_chaos.flink.scripts import ScriptError
from flink_chaos.flink.statements import statements
from flink_chaos.flink.writes import read

A = "CREATE TABLE a (x INT) WITH ('connector' = 'kafka', 'topic' = 't')"
B = "CREATE TABLE b (x INT) WITH ('topic' = 'u')"
QUOTED = "CREATE TEMPORARY TABLE {} (`it's` STRING) WITH ('connector'='print')"


def written(script):
    return [(target.table, target.options.get("topic")) for target in read(statements("a.sql", script)).targets]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (A, []),
        (f"{A}; INSERT INTO a SELECT 1", [("a", "t")]),
        (f"{A}; INSERT OVERWRITE `a` PARTITION (x='1') (y) VALUES (1)", [("a", "t")]),
        (f"{A}; INSERT INTO a (SELECT 1)", [("a", "t")]),
        (f"{A}; INSERT INTO a WITH q AS (SELECT 1 AS x) SELECT * FROM q", [("a", "t")]),
        (f"{A} AS SELECT 1 AS x", [("a", "t")]),
        ("CREATE OR REPLACE TABLE a WITH ('topic'='t') AS (SELECT 1 AS x)", [("a", "t")]),
        ("REPLACE TABLE a WITH ('topic'='t') AS WITH q AS (SELECT 1) SELECT * FROM q", [("a", "t")]),
        (f"{B}; CREATE TABLE a LIKE b; INSERT INTO a SELECT 1", [("a", "u")]),
        (f"{A}; INSERT INTO a SELECT 1; INSERT INTO a SELECT 2", [("a", "t"), ("a", "t")]),
        (f"{A}; INSERT INTO a /*+ OPTIONS('topic'='u') */ SELECT 1", [("a", "u")]),
        (f"{A}; INSERT INTO a/*+options (\n 'topic' -- x\n = 'u')*/SELECT 1", [("a", "u")]),
        (f"{A}; INSERT INTO a SELECT * FROM c.d.e /*+ OPTIONS('topic'='u') */", [("a", "t")]),
        (f"{A}; INSERT INTO a SELECT 'INSERT INTO b' FROM c WHERE x LIKE 'y'", [("a", "t")]),
        (f"{A};{B}; EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END", [("a", "t"), ("b", "u")]),
        (f"{QUOTED.format('q')};{A}; INSERT INTO a SELECT * FROM c;{QUOTED.format('r')}", [("a", "t")]),
        ("SELECT 1; WITH q AS (SELECT 1) SELECT * FROM q; VALUES (1)", []),
        ("CREATE VIEW v AS SELECT 1; SET 'a' = 'b'", []),
    ],
)  # fmt: skip
def test_what_is_written_is_found_however_it_is_said(script, found):
    """By INSERT, by CREATE ... AS, and with the topic that a hint gives it."""
    assert written(script) == found


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("INSERT INTO b SELECT 1", "table b to a place that the script does not name"),
        ("INSERT INTO A SELECT 1", "table A to a place that the script does not name"),
        ("INSERT INTO prod.db.a SELECT 1", "prod.db may be others'; write a alone"),
        ("INSERT INTO `prod`.a SELECT 1", "prod may be others'; write a alone"),
        ("INSERT INTO v SELECT 1", "table v to a place that the script does not name"),
        ("INSERT INTO TABLE a SELECT 1", "table TABLE to a place"),
        ("INSERT INTO a /*+ OPTIONS('topic'='u', 'topic'='t') */ SELECT 1", "option topic stands there twice"),
        ("INSERT INTO a /*+ OPTIONS(topic='u') */ SELECT 1", "expected an option as 'name' = 'value'"),
        ("INSERT INTO a /*+ X('u'), OPTIONS('topic'='u') */ SELECT 1", "a hint of the table that is written"),
        ("INSERT INTO a /*+ OPTIONS('k'='v'), OPTIONS('topic'='u') */ SELECT 1", "expected */"),
        ("INSERT INTO a /*+ OPTIONS('k'='v') */ /*+ OPTIONS('topic'='u') */ SELECT 1", "cannot be read from /*+ on"),
        ("INSERT INTO a PARTITION (x='1') /*+ OPTIONS('topic'='u') */ SELECT 1", "cannot be read from /*+ on"),
        ("INSERT INTO a EXTEND (y INT) SELECT 1", "cannot be read from EXTEND on"),
        ("INSERT /*+ OPTIONS('topic'='u') */ INTO a SELECT 1", "write INSERT INTO"),
        ("UPSERT INTO a SELECT 1", "write INSERT INTO"),
        ("CREATE TABLE c AS SELECT 1", ""),
        ("DROP TEMPORARY TABLE a", "leave it out"),
        ("ALTER TABLE a SET ('topic' = 'u')", "say all of a table in its CREATE TABLE"),
        ("ALTER TABLE a RESET ('topic')", "say all of a table in its CREATE TABLE"),
        ("USE CATALOG prod", "leave it out"),
        ("USE prod", "leave it out"),
        ("USE MODULES hive", "leave it out"),
        ("LOAD MODULE hive", "a script consists of"),
        ("CALL sys.compact('db.t')", "a script consists of"),
        ("DELETE FROM prod", "a script consists of"),
        ("UPDATE prod SET x = 1", "a script consists of"),
        ("TRUNCATE TABLE prod", "a script consists of"),
        ("MERGE INTO prod USING a ON TRUE", "a script consists of"),
        ("ANALYZE TABLE prod COMPUTE STATISTICS", "a script consists of"),
        ("EXECUTE PLAN '/plan.json'", "write EXECUTE STATEMENT SET"),
        ("EXECUTE INSERT INTO a SELECT 1", "write EXECUTE STATEMENT SET"),
        ("COMPILE PLAN '/plan.json' FOR INSERT INTO a SELECT 1", "write the INSERT itself"),
        ("COMPILE AND EXECUTE PLAN '/plan.json' FOR INSERT INTO a SELECT 1", "write the INSERT itself"),
        ("BEGIN STATEMENT SET", "write EXECUTE STATEMENT SET"),
        ("EXECUTE STATEMENT SET BEGIN DELETE FROM prod; END", "a statement set holds INSERTs only"),
        ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1 END", "a statement set holds INSERTs only"),
        ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO prod SELECT 1; END", "table prod to a place"),
        ("ADD JAR 's3://j'", "put the jar into the environment's image"),
        ("RESET 'k'", "leave out the SET"),
        ("SET k = v", "write SET 'option' = 'value'"),
        ("SET 'k' = 'v' 'w'", "write SET 'option' = 'value'"),
        ("SET", "write SET 'option' = 'value'"),
        ("'a'", "a script consists of"),
        ("EXPLAIN INSERT INTO prod SELECT 1", "a script consists of"),
    ],
)  # fmt: skip
def test_whatever_is_not_read_for_certain_is_refused(statement, why):
    """Known to this version or not: in one line, with its place and what to write instead."""
    script = f"{A};CREATE VIEW v AS SELECT 1;\n\n{statement};"
    if not why:
        assert written(script) == [("c", None)]
        return
    with pytest.raises(ScriptError) as error:
        written(script)
    assert str(error.value).startswith("a.sql:3: `")
    assert why in str(error.value)
    assert "\n" not in str(error.value)


def test_a_name_means_one_table_in_the_whole_script():
    """An earlier INSERT would go to the table of that moment."""
    again = "DROP TEMPORARY TABLE a; CREATE TEMPORARY TABLE a (x INT) WITH ('connector'='kafka','topic'='own')"
    with pytest.raises(ScriptError, match=r"DROP.*give each table a name of its own"):
        written(f"{A}; INSERT INTO a SELECT 1; {again}")
    with pytest.raises(ScriptError, match="a is declared already"):
        written(f"{A}; INSERT INTO a SELECT 1; {again.partition(';')[2]}")


def options(script):
    return read(statements("a.sql", script)).options


def test_options_are_those_that_the_runner_sets():
    """With doubled quotes as one, and comments between."""
    assert options("set 'a' /* x */ = -- y\n 'it''s';" + A + ";SET 'b'='';INSERT INTO a SELECT 1") == {"a": "it's", "b": ""}


@pytest.mark.parametrize("before", [f"{A}; INSERT INTO a SELECT 1", f"{A} AS SELECT 1 AS x", "SELECT 1"])
def test_an_option_that_is_set_too_late_is_refused(before):
    """Its job begins without it."""
    with pytest.raises(ScriptError, match="write each SET before the first INSERT"):
        options(f"{before}; SET 'k' = 'v'")


@pytest.mark.parametrize("again", ["execution.checkpointing.dir", "state.checkpoints.dir"])
def test_an_option_that_is_set_twice_is_refused(again):
    """By whichever name: one of them would be looked at only."""
    with pytest.raises(ScriptError, match=f"{again} is SET already; keep one"):
        options(f"SET 'state.checkpoints.dir' = 'x'; SET '{again}' = 'y'")
