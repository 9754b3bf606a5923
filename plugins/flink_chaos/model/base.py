"""The one shape of all data here: frozen, and strict about what it does not know."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from flink_chaos.model.text import kept

NAME = r"^[a-z][a-z0-9_]{0,30}$"
"""Of a profile, which is its file's too: safe in whatever is named by it."""


class Record(BaseModel):
    """Immutable data. A field that the schema does not know is an error, not a guess.

    What is no number or has no end is none: whoever counts with it would stumble. In what may be anything, such as a
    cell of a table, it is written as a word, as JSON has none for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, ser_json_inf_nan="strings")


class Told(Record):
    """Data with texts of others: one of megabytes is cut where it comes in, so that no reader need think of it."""

    @model_validator(mode="before")
    @classmethod
    def _kept(cls, given: Any) -> Any:
        return kept(given) if isinstance(given, dict) else given


class Copy(StrEnum):
    """The two copies of the application under test."""

    STABLE = "stable"
    CHAOS = "chaos"


class Guarantee(StrEnum):
    """What an application promises about each record."""

    EXACTLY_ONCE = "EXACTLY_ONCE"
    AT_LEAST_ONCE = "AT_LEAST_ONCE"


class Component(StrEnum):
    """The two kinds of pods of a Flink application, as Flink's own label `component` names them."""

    JOBMANAGER = "jobmanager"
    TASKMANAGER = "taskmanager"
