"""How the SQL runner splits a script, asked of the real class, and how the plan does."""

from __future__ import annotations

import shutil
import subprocess
from random import Random

import pytest
from flink_chaos.flink.scripts import ScriptError
from flink_chaos.flink.statements import statements

from lab.paths import CHECKOUT

SOURCES = (CHECKOUT / "java" / "sql-runner" / "Statements.java", CHECKOUT / "tests" / "unit" / "java" / "Splits.java")
SHIPPED = sorted((CHECKOUT / "include" / "sql").glob("*.sql"))
BETWEEN_SCRIPTS, BETWEEN_STATEMENTS = "\x1e", "\x1f"
pytestmark = pytest.mark.skipif(not shutil.which("javac"), reason="no JDK on this machine")


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classes")
    subprocess.run(["javac", "-Xlint:all", "-d", folder, *SOURCES], check=True)
    return folder


@pytest.fixture
def split(classes, tmp_path):
    """Statements of each script."""

    def run(*scripts: str) -> list[list[str]]:
        given, told = tmp_path / "scripts", tmp_path / "statements"
        given.write_bytes("".join(script + BETWEEN_SCRIPTS for script in scripts).encode())
        subprocess.run(["java", "-Xshare:auto", "-cp", classes, "Splits", given, told], check=True)
        found = told.read_bytes().decode().split(BETWEEN_SCRIPTS)[:-1]
        return [[one for one in script.split(BETWEEN_STATEMENTS) if one] for script in found]

    return run


SCRIPT = """
-- a remark; with a semicolon;
SET 'pipeline.name' = 'a;b';
CREATE TABLE src (
  -- inside;
  v STRING
) WITH ('format' = 'json'); -- at the end
execute statement set
begin
  INSERT INTO a SELECT v FROM src;
  INSERT INTO b SELECT ';' FROM src;
end;
INSERT INTO weekend SELECT 1;
SELECT 1
"""


def test_split(split):
    """At each `;` of SQL, without comments; a statement set is one statement."""
    assert [" ".join(one.split()) for one in split(SCRIPT)[0]] == [
        "SET 'pipeline.name' = 'a;b'",
        "CREATE TABLE src ( v STRING ) WITH ('format' = 'json')",
        "execute statement set begin INSERT INTO a SELECT v FROM src; INSERT INTO b SELECT ';' FROM src; end",
        "INSERT INTO weekend SELECT 1",
        "SELECT 1",
    ]


def test_a_file_is_shown_as_it_is_split(classes, tmp_path):
    """A statement a line."""
    file = tmp_path / "app.sql"
    file.write_text("EXECUTE STATEMENT SET BEGIN\n INSERT INTO a SELECT 1; END;\n;\n\n")
    shown = subprocess.run(["java", "-cp", classes, "Statements", file], check=True, capture_output=True, text=True)
    assert shown.stdout == "1\tEXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END\n"


BOTH = [
    SCRIPT,
    "",
    ";;\n-- nothing\n;/* ; */",
    "SELECT 1; SELECT 2;SELECT 3",
    "SELECT 1;\r\nSELECT 2; -- a;\r\n",
    "SELECT ';' AS `;`; SELECT 'it''s;' AS `a``;`",
    "SELECT 1 AS `it's`; SET 'a' = 'b'; SELECT 1 AS `it's`",
    "SELECT 1 AS `a--b`; SET 'a' = 'b'",
    "SELECT 1 AS `a/*b`; SET 'a' = 'b'",
    "SELECT 'a--b', '/*'; SELECT '*/'",
    "SELECT /* ' */ 1; SELECT /* ; ` */ 2",
    "SELECT 1 -- it's\n; SELECT 2",
    "SELECT /***/ 1; SELECT /* */ 2; SELECT /**/ 3; SELECT /****/ 4 /**/; SELECT 5",
    "SELECT /*+ BROADCAST(t) */* FROM t; SELECT 1 /* x */",
    "SELECT * FROM t /*+ OPTIONS('a'='*/;') -- ; */\n */; SELECT 1",
    "SELECT 1 /* /* */; SELECT 2",
    "SELECT 1 /* -- */; SELECT 2",
    "SELECT 1 -- /*\n; SELECT 2 -- */",
    "SELECT 4/2, 4-2, 4*2; SELECT 1",
    "SELECT 'a\nb;\n'; SELECT 1",
    "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN TRUE THEN 1 END; INSERT INTO b SELECT 1;\nEND; SELECT 1",
    "/* ; */ Execute /**/ statement -- ;\n set BEGIN INSERT INTO a SELECT 1; end -- ;\n; SELECT 1",
    "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT '; END'; END; SELECT 1",
    "EXECUTE STATEMENT SETS; SELECT 1",
    "SELECT '列' AS größe; SELECT '🎉'",
]
REFUSED = [
    "-- remark\u2028SET 'a' = 'b';",
    "-- remark\u2029SET 'a' = 'b';",
    "-- remark\x85SET 'a' = 'b';",
    "-- remark\x0bSET 'a' = 'b';",
    "-- remark\x0cSET 'a' = 'b';",
    "-- remark\rSET 'a' = 'b';",
    "SELECT 'a\u2028;\u2028'",
    "SELECT 1 // it's\n; SELECT '",
    "SELECT 'a",
    "SELECT `a",
    "SELECT `a\nb`",
    "SELECT /* a",
    "SELECT /***/ 1",
    "SELECT 1 */ 2",
    "SELECT a*/**/b; SELECT 1",
    "SELECT E'\\'; SELECT '",
    "SELECT U&'\\003b'",
    "SELECT _UTF8'a'",
    'SELECT "a;b"',
    "SELECT 1\u00a0; SELECT 2",
    "\ufeffSELECT 1",
    "SELECT '\n-- '; SELECT '\n'",
    "/* a\n -- */ SELECT ' /*\n */ SELECT 1; -- '",
]
PARTS = [
    *("'", "''", "`", "--", "/*", "*/", "/*+", "/", "*", "-", "+", ";", ";", ";", "\n", "\r\n", " ", " ", "a", "SET 'a' = 'b'"),
    *("SELECT 1", "EXECUTE STATEMENT SET BEGIN ", "INSERT INTO a SELECT 1;", "END", "//", "\r", "\u2028", "(", ")", "**", "é", "U&", "E"),
]  # fmt: skip
RANDOM = Random(7)
SCRIPTS = ["".join(RANDOM.choices(PARTS, k=RANDOM.randrange(2, 16))) for _ in range(20_000)]


def planned(script: str) -> list[str] | None:
    """None for a script that the plan refuses."""
    try:
        return [statement.text for statement in statements("a.sql", script)]
    except ScriptError:
        return None


def test_the_plan_reads_what_the_runner_runs(split):
    """Statement by statement; what the plan refuses never gets to the runner."""
    scripts = [*BOTH, *(file.read_text() for file in SHIPPED), *SCRIPTS]
    read = [planned(script) for script in scripts]
    assert all(read[number] is not None for number in range(len(BOTH) + len(SHIPPED)))
    run = split(*scripts)
    assert [(script, ours) for script, ours, theirs in zip(scripts, read, run, strict=True) if ours not in (None, theirs)] == []
    assert sum(1 for ours in read if ours) > 1_000


@pytest.mark.parametrize("script", REFUSED)
def test_what_readers_may_split_otherwise_is_refused(script):
    """Odd line ends, open quotes, prefixes, `//`: in one line with the place."""
    with pytest.raises(ScriptError, match=r"^a\.sql:\d: `[^\n]*`: [^\n]*$"):
        statements("a.sql", script)
