"""Airflow's form, generated from the model of a request: one truth for names, types and bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Param

from flink_chaos.model.environment import Environment
from flink_chaos.model.pipeline import Pipeline
from flink_chaos.model.request import FAULT, SECTIONS, TEST, RunRequest
from flink_chaos.model.suite import DECIDED, RUNS
from flink_chaos.profiles.catalogue import default_environment

if TYPE_CHECKING:
    from flink_chaos.model.fault import Fault
    from flink_chaos.model.suite import Suite
    from flink_chaos.profiles.catalogue import Catalogue

KEPT = ("type", "enum", "minimum", "maximum", "pattern", "title", "description", "section")


def params(catalogue: Catalogue, fault: Fault) -> dict[str, Param]:
    """One Param for each field of RunRequest and each parameter of the fault, section by section.

    Pipelines and environments are offered by name.
    """
    found = _fields(catalogue)
    for parameter in fault.parameters:
        found[parameter.name] = parameter.schema_of() | {"default": parameter.default, "section": FAULT}
    return {name: _param(field) for name, field in _ordered(found)}


def suite_params(catalogue: Catalogue, suite: Suite) -> dict[str, Param]:
    """Which runs to make, and one Param for each field of RunRequest: empty, as the suite says."""
    chosen = Param(
        suite.names,
        type="array",
        minItems=1,
        items={"type": "string", "enum": suite.choices},
        examples=suite.choices,
        title="Runs",
        section=TEST,
    )
    fields = _ordered({name: field for name, field in _fields(catalogue).items() if name not in DECIDED})
    return {RUNS: chosen, **{name: _optional(field) for name, field in fields}}


def _fields(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    schema = RunRequest.model_json_schema()
    found = {name: _flat(field, schema.get("$defs", {})) for name, field in schema["properties"].items()}
    found["pipeline"] |= _offered(catalogue.names(Pipeline), found["pipeline"]["default"])
    found["environment"] |= {"enum": catalogue.names(Environment), "default": default_environment()}
    if default_environment() not in found["environment"]["enum"]:
        catalogue.environment(default_environment())  # says what is wrong
    return found


def _offered(names: list[str], default: str) -> dict[str, Any]:
    """A folder may hold other pipelines only, and Airflow drops a DAG whose default is none of its choices."""
    return {"enum": names or [default], "default": default if default in names or not names else names[0]}


def _ordered(fields: dict[str, dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return sorted(fields.items(), key=lambda item: SECTIONS.index(item[1]["section"]))


def _param(field: dict[str, Any]) -> Param:
    """A mapping has its default by a factory, which JSON schema does not tell: it is the empty one."""
    return Param(field.get("default", {}), **{key: field[key] for key in KEPT if key in field})


def _optional(field: dict[str, Any]) -> Param:
    """The same, but nothing by default."""
    kept = _or_nothing({key: field[key] for key in KEPT if key in field})
    if "enum" in kept:
        kept["enum"] = [*kept["enum"], None]
    told = f"{field['description']}. " if field.get("description") else ""
    return Param(None, **kept | {"description": f"{told}Empty: as the suite says"})


def _or_nothing(field: dict[str, Any]) -> dict[str, Any]:
    """An empty entry is null: the form takes no empty text."""
    return field if "null" in field["type"] else {**field, "type": [field["type"], "null"]}


def _flat(field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The field with the enumeration that it refers to written out, and what `None` may stand for."""
    reference = field.get("$ref", "").rpartition("/")[2]
    referred = {k: v for k, v in definitions.get(reference, {}).items() if k in ("type", "enum")}
    chosen = field.get("anyOf", ())
    return {**referred, **(_or_nothing(chosen[0]) if chosen else {}), **field}
