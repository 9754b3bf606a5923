"""Airflow's form, generated from the model of a request: one truth for names, types and bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Param

from flink_chaos.model.environment import Environment
from flink_chaos.model.pipeline import Pipeline
from flink_chaos.model.request import FAULT, SECTIONS, RunRequest

if TYPE_CHECKING:
    from flink_chaos.model.fault import Fault
    from flink_chaos.profiles.catalogue import Catalogue

KEPT = ("type", "enum", "minimum", "maximum", "pattern", "title", "description", "section")


def params(catalogue: Catalogue, fault: Fault) -> dict[str, Param]:
    """One Param for each field of RunRequest and each parameter of the fault, section by section.

    Pipelines and environments are offered by name.
    """
    schema = RunRequest.model_json_schema()
    found = {name: _flat(field, schema.get("$defs", {})) for name, field in schema["properties"].items()}
    found["pipeline"]["enum"] = catalogue.names(Pipeline)
    found["environment"]["enum"] = catalogue.names(Environment)
    for parameter in fault.parameters:
        found[parameter.name] = parameter.schema_of() | {"default": parameter.default, "section": FAULT}
    ordered = sorted(found.items(), key=lambda item: SECTIONS.index(item[1]["section"]))
    return {name: _param(field) for name, field in ordered}


def _param(field: dict[str, Any]) -> Param:
    """A mapping has its default by a factory, which JSON schema does not tell: it is the empty one."""
    return Param(field.get("default", {}), **{key: field[key] for key in KEPT if key in field})


def _flat(field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The field with the enumeration that it refers to written out."""
    reference = field.get("$ref", "").rpartition("/")[2]
    referred = {k: v for k, v in definitions.get(reference, {}).items() if k in ("type", "enum")}
    return {**referred, **field}
