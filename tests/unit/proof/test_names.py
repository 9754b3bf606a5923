"""Columns of any name count right, in the proof and in the SQL; what cannot be read is refused with the profile."""

from __future__ import annotations

import json
import re
import unicodedata
from random import Random

import pytest
from flink_chaos.flink.comparison import counts_statement, files_statement, nothing_statement, topic_statement
from flink_chaos.flink.statements import statements
from flink_chaos.model.pipeline import Loader, Output, Topics
from flink_chaos.model.text import exact
from flink_chaos.profiles.reading import ProfileError, read
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.unit.plans import a_plan
from tests.unit.proof.random_sets import LOADED, RUN, RandomSet, random_set
from tests.unit.proof.reference import counted
from tests.unit.proof.test_reference import by_proof, by_sql

NASTY = [
    "a.b", "a b", " a", "*", "$", "$.a", "a[0]", "a;b", "--", "/*", "*/", "%s", "{x}", "${run_key}", "(", ")", ",", "a,b", "?", "#",
    "select", "table", "group", "order", "values", "user", "timestamp", "null", "true",
    "offset", "partition", "timestamp_ms", "value", "run", "id", "payload", "lane", "weight", "everything", "batch", "token0", "token1",
    "own", "loaded", "in_stable", "in_copy", "row_stable", "row_copy", "stable_rows", "copy_rows", "deficit", "strange", "excess",
    "most", "stable_most", "total", "by_id", "by_value", "both_copies", "c0", "c1", "c2", "k0", "chaos", "no_chaos",
    "größe", "列", "🎉", "é", "e\u0301", "\u00df", "0", "1e3", "type", "__x", "self", "class", "a" * 300,
]  # fmt: skip
"""Names that mean something to Flink, to DuckDB, to JSON paths, to Python, or to our own SQL."""


def renamed(one: RandomSet, chance: Random) -> RandomSet:
    """The same records with other names of all their columns."""
    columns = [*one.output.columns]
    names = dict(zip(columns, chance.sample(NASTY, len(columns)), strict=True))
    told = one.output.model_dump()
    told["columns"] = {names[name]: kind for name, kind in one.output.columns.items()}
    told |= {field: [names[name] for name in told[field]] for field in ("key", "ignore")}
    told |= {field: names.get(told[field], "") for field in ("run_key", "number", "count", "order")}
    stable, copy = ([_renamed(value, names) for value in values] for values in (one.stable, one.copy))
    return RandomSet(Output.model_validate(told), stable, copy, one.odd)


def _renamed(value: bytes, names: dict[str, str]) -> bytes:
    """With every key in its place, twice where it is there twice."""

    def put(found: re.Match[bytes]) -> bytes:
        return json.dumps(names[found[1].decode()], ensure_ascii=False).encode() + b":"

    return re.sub(rb'"(' + "|".join(names).encode() + rb')":', put, value)


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_columns_of_any_name_are_counted_right(first, tmp_path):
    """By the proof, by the SQL and by brute force."""
    for seed in range(first, first + 20):
        one = renamed(random_set(seed), Random(seed))
        wanted = counted(one.output, RUN, LOADED, one.stable, one.copy)
        assert (seed, by_proof(one, tmp_path, seed)) == (seed, wanted)
        if not one.odd:
            assert (seed, by_sql(one)) == (seed, wanted)


def with_columns(**output):
    """A plan of a pipeline with this output."""
    plan = a_plan()
    pipeline = plan.pipeline.model_copy(update={"output": Output.model_validate(output)})
    return plan.model_copy(update={"pipeline": pipeline})


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_a_name_is_read_as_one_name_or_refused(name):
    """Whatever it is made of: it is in the SQL as a name, and nowhere else."""
    assume(name not in ("run_key", "n"))
    columns = {"run_key": "STRING", "n": "BIGINT", name: "STRING"}
    composed = unicodedata.normalize("NFC", name)
    if set(name) & set("`'\"\\") or exact(composed) != composed:
        with pytest.raises(ValidationError, match="cannot read columns"):
            with_columns(columns=columns)
        return
    plan = with_columns(columns=columns)
    texts = [
        topic_statement(plan, "chaos", "t", {0: 1}, {0: 2}),
        files_statement(plan, "chaos", "hdfs://x/y"),
        nothing_statement(plan, "chaos"),
        counts_statement(plan, "chaos"),
    ]
    for text in texts:
        assert f"`{name}`" in text
        assert text.count("`") % 2 == 0
        assert not set(name) & set("`'\"\\\n")


@pytest.mark.parametrize(
    "name", ["a`b", "a'b", 'a"b', "a\\b", "a\nb", "a\0b", "a\x7fb", "a\x85b", "a\u2028b", "a\u202eb", "a\ufeff", "\u200b", "\ud800", "",
     "a\u3164", "a\u2003b", "a\u00a0b", "a\ufe0f", "a\u2800b", "x" + "\u0301" * 9]
)  # fmt: skip
def test_a_name_that_cannot_be_read_is_refused_with_the_profile(name, tmp_path):
    """With one line that names the file and the field, wherever a profile names a field of a record."""
    with pytest.raises(ValidationError, match="cannot read columns whose names"):
        Output(columns={"run_key": "STRING", "n": "BIGINT", name: "STRING"})
    if name:
        for field in ("number", "run_key"):
            with pytest.raises(ValidationError, match="cannot read columns whose names"):
                Loader.model_validate({"sql": "x.sql", field: name})


def test_the_line_that_refuses_a_name_can_be_told(tmp_path):
    """File, line, field, and the name with its escapes."""
    (tmp_path / "x.yaml").write_text('columns: {run_key: STRING, n: BIGINT, "a\\u202eb": STRING}\n')
    with pytest.raises(ProfileError, match=r"x.yaml:1: columns: cannot read columns") as told:
        read(tmp_path / "x.yaml", Output)
    assert str(told.value).isprintable()


@pytest.mark.parametrize(
    "kind",
    ["INT) WITH ('connector' = 'x'", "INT; DROP TABLE x", "INT -- x", "INT /* x */", "INT, `b` INT", "ROW<a INT", "INT)", "'x'", "", " ", "INT\0", "INT\u202e", "INT>"],
)  # fmt: skip
def test_a_type_that_is_more_than_a_type_is_refused(kind):
    """It stands in a statement as it is."""
    with pytest.raises(ValidationError, match="is no type of Flink SQL"):
        Output(columns={"run_key": "STRING", "n": "BIGINT", "v": kind}, ignore=["v"])


@pytest.mark.parametrize(
    "kind",
    ["INT", "DECIMAL(20, 2)", "TIMESTAMP(3) WITH LOCAL TIME ZONE", "ROW<x INT, y STRING>", "ARRAY<ROW<a MAP<STRING, INT>>>",
     "ROW(`a b` INT NOT NULL)", "BIGINT NOT NULL", "ROW<`größe` INT>", "INTERVAL DAY(3) TO SECOND(3)", "INT ARRAY"],
)  # fmt: skip
def test_types_of_flink_are_taken(kind):
    """Nested, with precision, in either spelling."""
    assert Output(columns={"run_key": "STRING", "n": "BIGINT", "v": kind}, ignore=["v"]).columns["v"] == kind


@pytest.mark.parametrize("topic", ["a'b", "a b", "a/b", "", ".", "..", "ä", "a\n", "a;b", "x" * 250])
def test_a_topic_that_kafka_does_not_take_is_refused(topic):
    """It would be put into statements, groups and addresses."""
    with pytest.raises(ValidationError, match="is no name of a topic"):
        Topics(source=topic)
    if topic.strip("."):
        with pytest.raises(ValidationError, match="is no name of a topic"):
            Topics(source="t", sink=topic)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=40))
def test_no_option_leaves_its_quotes(text):
    """Whatever an environment's profile says."""
    plan = a_plan()
    environment = plan.environment.model_copy(update={"kafka_bootstrap_servers": text})
    plan = plan.model_copy(update={"environment": environment})
    statement = topic_statement(plan, "chaos", "t", {0: 1}, {0: 2})
    doubled = text.replace("'", "''")
    assert f"'properties.bootstrap.servers' = '{doubled}'" in statement
    assert statement.count("'") % 2 == 0
    assert len(statements("", statement)) == 1
