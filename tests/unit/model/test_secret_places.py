"""Where in data secrets stand, and what of our own data is looked at otherwise."""

from typing import Any, get_args

import pytest
from flink_chaos.model.environment import Environment
from flink_chaos.model.fault import Fault
from flink_chaos.model.journal import FACT, AnyFact
from flink_chaos.model.pipeline import Pipeline
from flink_chaos.model.plan import RunPlan
from flink_chaos.model.secret_places import FACTS, PLAN, PROFILE, VERDICT, Way, places_in, rules_of
from flink_chaos.model.suite import Suite
from flink_chaos.model.verdict import Verdict
from pydantic import TypeAdapter

from tests.unit.plans import a_plan

SECRETS: list[tuple[Any, list[tuple[Any, ...]]]] = [
    ({"args": ["--password", "-hunter2"]}, [("args", 1)]),
    ({"args": ["--conf", '{"name":"DB_PASSWORD","value":"hunter2"}']}, [("args", 1)]),
    ({"args": ["--user", "admin:hunter2"]}, [("args", 1)]),
    ({"args": ["-u", "admin:hunter2"]}, [("args", 1)]),
    ({"args": ["--password", '""hunter2']}, [("args", 1)]),
    ({"args": ["--conf", 'password="hunter2']}, [("args", 1)]),
    ({"args": ["--dbpass", "hunter2"]}, [("args", 1)]),
    ({"args": ["-c", "run --password", "hunter2"]}, [("args", 2)]),
    ({"args": ["--password", 123456]}, [("args", 1)]),
    ({"a": {"env.java.opts.all": '-Dmy.password="hunter2secret'}}, [("a", "env.java.opts.all")]),
    ({"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}, [("env", 0, "value")]),
    ({"a": {"key": "s3.secret-key", "value": "hunter2"}}, [("a", "value")]),
    ({"Parameters": [{"Name": "dbpass", "Value": "hunter2"}]}, [("Parameters", 0, "Value")]),
    ({"password": {"x": "hunter2"}}, [("password", "x")]),
    ({"password": ["hunter2"]}, [("password", 0)]),
    ({"a": {"password=hunter2 x": 1}}, [("a",)]),
    ({"columns": {"token": "hunter2"}}, [("columns", "token")]),
    ({"description": "the password: hunter2"}, [("description",)]),
    ({"description": "password=hunter"}, [("description",)]),
]
HARMLESS: list[Any] = [
    {"args": ["--max-tokens", "100"]}, {"args": ["--token-topic", "tokens"]}, {"args": ["--password-resets-topic", "password-resets"]}, {"args": ["--token-bucket", "5"]},
    {"args": ["--use-token", "--user", "me"]}, {"args": ["--token", "-Dx=y"]}, {"description": "Password: reset events"}, {"description": "Authorization: checks each event"},
    {"parameters": [{"name": "token_count", "default": "5", "description": "Tokens: how many"}]}, {"env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]},
    {"tokens": {"count": "5", "topic": "t"}}, {"output": {"columns": {"token": "STRING", "password=x": "STRING"}}}, {"name": "token", "ok": "yes"},
]  # fmt: skip


@pytest.mark.parametrize(("data", "places"), SECRETS)
def test_the_place_of_a_secret_is_named(data, places):
    """In arguments, in pairs of name and value, in keys, and below the name of a secret."""
    assert places_in(data, PROFILE) == places


@pytest.mark.parametrize("data", HARMLESS, ids=str)
def test_what_is_no_secret_has_no_place(data):
    """Also what only counts them, names their topic, or describes them."""
    assert places_in(data, PROFILE) == []


def test_data_nested_deeper_than_anybody_takes_is_not_followed():
    """No depth ends the program."""
    data: Any = "password=x"
    for _ in range(5_000):
        data = [data]
    assert places_in(data) == []


def test_the_rules_name_fields_of_the_models():
    """A field that is renamed takes its rule along."""
    kinds = {one.model_fields["kind"].default: one for one in get_args(get_args(AnyFact)[0])}
    told = [(PLAN, [RunPlan]), (VERDICT, [Verdict]), (PROFILE, [Pipeline, Environment, Fault, Suite])]
    told += [(rules, [kinds[kind]]) for kind, rules in FACTS.items()]
    for rules, models in told:
        schemas = [TypeAdapter(model).json_schema() for model in models]
        for pattern, _ in rules:
            assert any(_leads(schema, schema, pattern) for schema in schemas), pattern


def _leads(schema, part, pattern):
    """Whether the pattern names a field of the schema."""
    part = schema["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part
    if not pattern:
        return True
    below = part.get("items") if pattern[0] is None else part.get("properties", {}).get(pattern[0])
    return below is not None and _leads(schema, below, pattern[1:])


def test_only_records_of_ours_have_rules():
    """Data of others may have keys of the same names."""
    plan = a_plan().model_dump(mode="json")
    assert rules_of(plan) == PLAN
    assert [
        rules_of(one) for one in ({"path": "x"}, {"scripts": {}}, {"kind": ["table"]}, {"tables": {}}, [plan], "x")
    ] == [()] * 6
    assert dict(rules_of({"kind": "savepoint_taken", "path": "x"})) == {("path",): Way.KEPT}
    assert FACT.validate_python({"kind": "savepoint_taken", "path": "x", "at": 0}).path == "x"
