import pytest
from flink_chaos.flink.cursor import Cursor
from flink_chaos.flink.declarations import Tables, declare
from flink_chaos.flink.scripts import ScriptError
from flink_chaos.flink.statements import statements

BASE = "TABLE b (x INT) WITH ('connector'='kafka', 'topic'='t')"


def declared(*created):
    """What is known after these CREATEs."""
    tables = Tables()
    for statement in statements("a.sql", ";".join(created)):
        declare(Cursor(statement), tables)
    return tables.known


@pytest.mark.parametrize(
    ("created", "options"),
    [
        ("TABLE a (x INT) WITH ('k'='v', 'it''s' = 'a''b')", {"k": "v", "it's": "a'b"}),
        ("TEMPORARY TABLE IF NOT EXISTS `a` (x INT, y AS f('(')) COMMENT 'c' PARTITIONED BY (x) WITH ('k'='v')", {"k": "v"}),
        ("TABLE a (x INT) DISTRIBUTED BY HASH(x) INTO 4 BUCKETS WITH ('k'='v')", {"k": "v"}),
        ("TABLE a WITH ('k'='v') AS SELECT 1 AS x", {"k": "v"}),
        ("TABLE a LIKE b", {"connector": "kafka", "topic": "t"}),
        ("TABLE a WITH ('topic'='u') LIKE b", {"connector": "kafka", "topic": "u"}),
        ("TABLE a WITH ('topic'='u') LIKE b (EXCLUDING WATERMARKS)", {"connector": "kafka", "topic": "u"}),
        ("TABLE a WITH ('topic'='u') LIKE b (EXCLUDING ALL INCLUDING GENERATED)", {"topic": "u"}),
        ("TABLE a WITH ('topic'='u') LIKE b (EXCLUDING OPTIONS)", {"topic": "u"}),
        ("TABLE a WITH ('topic'='u') LIKE b (EXCLUDING ALL OVERWRITING OPTIONS)", {"connector": "kafka", "topic": "u"}),
        ("TABLE a WITH ('topic'='u') LIKE c", None),
        ("TABLE a WITH ('topic'='u') LIKE hive.db.b", None),
        ("TEMPORARY VIEW a (x) COMMENT 'c' AS SELECT 1", None),
    ],
)  # fmt: skip
def test_options_of_a_table_are_known_if_the_script_tells_all_of_them(created, options):
    """Those of the table that it is like too; a view has none."""
    assert declared(BASE, created)["a"] == options


@pytest.mark.parametrize(
    "created",
    [
        "FUNCTION f AS 'com.example.F'",
        "TEMPORARY SYSTEM FUNCTION IF NOT EXISTS f AS 'com.example.F' LANGUAGE JAVA",
        "CATALOG hive WITH ('type'='hive')",
        "CATALOG IF NOT EXISTS hive COMMENT 'c' WITH ('type'='hive')",
    ],
)
def test_functions_of_the_image_and_catalogs_to_read_from_are_taken(created):
    """They are no place to write to."""
    assert declared(created) == {}


@pytest.mark.parametrize(
    ("created", "why"),
    [
        ("TABLE b (x INT)", "b is declared already"),
        ("TABLE IF NOT EXISTS b (x INT)", "b is declared already"),
        ("TEMPORARY TABLE `b` (x INT)", "b is declared already"),
        ("VIEW b AS SELECT 1", "b is declared already"),
        ("TABLE c.d.a (x INT)", r"c\.d may be others'; write a alone"),
        ("VIEW c.a AS SELECT 1", r"c may be others'; write a alone"),
        ("TABLE a (x INT) WITH ('topic'='t', 'topic'='u')", "option topic stands there twice"),
        ("TABLE a (x INT) WITH ('topic'='t' 'u')", "expected ,, and found 'u'"),
        ("TABLE a (x INT) WITH ('topic'=X'00')", "expected an option as 'name' = 'value', and found X"),
        ("TABLE a (x INT) WITH (topic='t')", "expected an option as 'name' = 'value', and found topic"),
        ("TABLE a (x INT) WITH ('topic'='t'", "expected ,, and found its end"),
        ("TABLE a (x INT", r"a \( has no \)"),
        ("TABLE a (x INT) USING x", "cannot be read from USING on"),
        ("TABLE 'a' (x INT)", "expected a name, and found 'a'"),
        ("VIEW a", "cannot be read from its end on"),
        ("MATERIALIZED TABLE a AS SELECT 1", "leave it out"),
        ("DATABASE a", "leave it out"),
        ("TEMPORARY CATALOG a", "leave it out"),
        ("MODEL a WITH ('k'='v')", "leave it out"),
        ("TEMPORARY SYSTEM FUNCTION f AS 'F' USING JAR 's3://j'", "put its jar there"),
        ("FUNCTION f", "write CREATE FUNCTION name AS 'class'"),
        ("FUNCTION c.f AS 'F'", r"c may be others'; write f alone"),
        ("CATALOG c WITH ('type'='hive') x", "cannot be read from x on"),
    ],
)
def test_what_is_not_read_for_certain_is_refused(created, why):
    """In one line, with its place and what to write instead."""
    with pytest.raises(ScriptError, match=rf"^a\.sql:2: `[^\n]*`: [^\n]*{why}[^\n]*$"):
        declared(BASE, f"\n{created}")
