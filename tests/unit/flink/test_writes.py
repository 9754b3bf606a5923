import pytest
from flink_chaos.flink.writes import Target, statements, written

KAFKA = "WITH ('connector' = 'kafka', 'topic' = 't')"


def test_statements_end_where_sql_ends_them():
    """Not within a string, and not in a comment; a hint is no comment."""
    assert len(statements("SET 'a' = 'x;y'; -- b;c\n/* d; */ SELECT 1;\n")) == 2
    assert statements("SELECT /* no */ * FROM t /*+ OPTIONS('a'='b') */") == [
        "SELECT   * FROM t /*+ OPTIONS('a'='b') */"
    ]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (f"CREATE TABLE a (x INT) {KAFKA}", []),
        (f"CREATE TABLE a (x INT) {KAFKA}; INSERT INTO a SELECT 1", [Target("a", "kafka", "t")]),
        (f"CREATE TEMPORARY TABLE IF NOT EXISTS c.d.`a` (x INT) {KAFKA}; INSERT OVERWRITE `a` SELECT 1", [Target("a", "kafka", "t")]),
        (f"CREATE TABLE a {KAFKA} AS SELECT 1 AS x", [Target("a", "kafka", "t")]),
        (f"CREATE OR REPLACE TABLE a {KAFKA} AS (SELECT 1 AS x)", [Target("a", "kafka", "t")]),
        (f"REPLACE TABLE a {KAFKA} AS WITH q AS (SELECT 1) SELECT * FROM q", [Target("a", "kafka", "t")]),
        (f"CREATE TABLE b (x INT) {KAFKA}; CREATE TABLE a LIKE b; INSERT INTO a SELECT 1", [Target("a", "kafka", "t")]),
        (
            f"CREATE TABLE b (x INT) {KAFKA}; CREATE TABLE a WITH ('topic' = 'u') LIKE b; INSERT INTO a SELECT 1",
            [Target("a", "kafka", "u")],
        ),
        ("CREATE TABLE a (x INT) WITH ('connector'='filesystem','path'='/p'); INSERT INTO a SELECT 1", [Target("a", "filesystem", path="/p")]),
        ("INSERT INTO a SELECT 1; INSERT INTO a SELECT 2", [Target("a")]),
        ("INSERT INTO a /*+ OPTIONS('topic'='u') */ SELECT 1", [Target("a"), Target("a", topic="u")]),
        ("SELECT * FROM a /*+ OPTIONS('topic'='u') */", []),
        ("INSERT INTO a SELECT 'INSERT INTO b' FROM c WHERE x LIKE 'y'", [Target("a")]),
        ("ALTER TABLE a SET ('topic' = 'u')", [Target("a", topic="u")]),
        ("ALTER TABLE a SET ('scan.startup.mode' = 'x')", []),
        ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END", [Target("a"), Target("b")]),
    ],
)  # fmt: skip
def test_what_is_written_is_found_however_it_is_said(script, found):
    """By INSERT, by CREATE ... AS, and with the topic that a hint or ALTER gives it."""
    assert written(script) == found
