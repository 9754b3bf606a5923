"""How a script is split; tests/unit/java/test_statements.py asks the runner's own class the same."""

import re

import pytest
from flink_chaos.flink.scripts import ScriptError
from flink_chaos.flink.statements import statements


def split(script):
    return [statement.text for statement in statements("a.sql", script)]


def test_statements_end_where_sql_ends_them():
    """Not within quotes, and not in a comment; a hint is no comment."""
    assert split("SET 'a' = 'x;y'; -- b;c\n/* d; */ SELECT 1 AS `;`;\n") == ["SET 'a' = 'x;y'", "SELECT 1 AS `;`"]
    assert split("SELECT /* no */ * FROM t /*+ OPTIONS('a'='b') */") == ["SELECT   * FROM t /*+ OPTIONS('a'='b') */"]


def test_a_statement_set_ends_with_its_own_end():
    """The END of a CASE is none, as no `;` stands before it."""
    whole = "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN b THEN 1 END; INSERT INTO c SELECT '; END'; END"
    assert split(f"{whole}; SELECT 1") == [whole, "SELECT 1"]


def test_a_refusal_is_one_line_with_place_and_beginning():
    """However long the statement is."""
    one, two = statements("a.sql", f"SELECT 1;\n\nSELECT\n 2, {'x' * 500}")
    assert str(one.refusal("no")) == "a.sql:1: `SELECT 1`: no"
    assert re.fullmatch(r"a\.sql:3: `SELECT 2, x{9,90}\S*.{0,40}`: no", str(two.refusal("no")))
    assert str(two.refusal("no", line=4)).startswith("a.sql:4: `SELECT 2")


def test_what_cannot_be_read_is_told_with_file_and_line():
    """And with the line itself."""
    with pytest.raises(ScriptError, match=r"^a\.sql:2: `SELECT 'a`: a literal has no end; close it"):
        statements("a.sql", "SELECT 1;\n  SELECT 'a\n")
