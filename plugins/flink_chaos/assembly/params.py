"""Airflow's form, generated from the model of a request: one truth for names, types and bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Param

from flink_chaos.model.environment import Environment
from flink_chaos.model.pipeline import Pipeline
from flink_chaos.model.request import RunRequest

if TYPE_CHECKING:
    from flink_chaos.profiles.catalogue import Catalogue

KEPT = ("type", "enum", "minimum", "maximum", "title", "description", "section")


def params(catalogue: Catalogue) -> dict[str, Param]:
    """One Param for each field of RunRequest; pipelines and environments are offered by name."""
    schema = RunRequest.model_json_schema()
    found = {name: _flat(field, schema.get("$defs", {})) for name, field in schema["properties"].items()}
    found["pipeline"]["enum"] = catalogue.names(Pipeline)
    found["environment"]["enum"] = catalogue.names(Environment)
    return {name: Param(field["default"], **{k: field[k] for k in KEPT if k in field}) for name, field in found.items()}


def _flat(field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The field with the enumeration that it refers to written out."""
    reference = field.get("$ref", "").rpartition("/")[2]
    referred = {k: v for k, v in definitions.get(reference, {}).items() if k in ("type", "enum")}
    return {**referred, **field}
