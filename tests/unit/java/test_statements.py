"""How the SQL runner splits a script, asked of the real class."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from lab.paths import CHECKOUT

SOURCE = CHECKOUT / "java" / "sql-runner" / "Statements.java"
pytestmark = pytest.mark.skipif(not shutil.which("javac"), reason="no JDK on this machine")


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classes")
    subprocess.run(["javac", "-Xlint:all", "-d", folder, SOURCE], check=True)
    return folder


@pytest.fixture
def split(classes, tmp_path):
    def run(script: str) -> list[str]:
        file = tmp_path / "app.sql"
        file.write_text(script)
        done = subprocess.run(
            ["java", "-Xshare:auto", "-cp", classes, "Statements", file], check=True, capture_output=True, text=True
        )
        return [line.partition("\t")[2] for line in done.stdout.splitlines()]

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
    assert split(SCRIPT) == [
        "SET 'pipeline.name' = 'a;b'",
        "CREATE TABLE src ( v STRING ) WITH ('format' = 'json')",
        "execute statement set begin INSERT INTO a SELECT v FROM src; INSERT INTO b SELECT ';' FROM src; end",
        "INSERT INTO weekend SELECT 1",
        "SELECT 1",
    ]


def test_statement_set_on_one_line_and_nothing(split):
    assert split("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END;\n;\n\n") == [
        "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END"
    ]
