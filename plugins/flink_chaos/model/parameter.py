"""A parameter of a fault: what a person may set, with its type, unit and bounds."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from flink_chaos.model.base import Record
from flink_chaos.model.patterns import slow_part
from flink_chaos.model.telling import shown, text_problem

ParameterValue = bool | int | str
FAR = 2**63 - 1
"""No system here counts further."""

TYPES: dict[str, type] = {"boolean": bool, "integer": int, "string": str}


class Parameter(Record):
    """One field of a fault's form."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    title: str
    type: Literal["boolean", "integer", "string"]
    default: ParameterValue
    description: str = ""
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    choices: list[str] = Field(default_factory=list, description="the only values allowed")
    pattern: str = Field(default="", description="regular expression that a string must match as a whole")

    @field_validator("pattern")
    @classmethod
    def _is_a_pattern(cls, value: str) -> str:
        try:
            slow = slow_part(value)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"no regular expression: {error}") from error
        if slow:
            raise ValueError(f"may need hours for one text: it holds {slow}; write it without, or list `choices`")
        return value

    @model_validator(mode="after")
    def _default_is_allowed(self) -> Parameter:
        unsendable = "Airflow's form cannot send an empty text" if self.default == "" else ""
        problem = self.problem(self.default) or unsendable
        if problem:
            raise ValueError(f"default of {self.name}: {problem}")
        return self

    def problem(self, value: Any) -> str:
        """Why the value cannot be taken, empty when it can."""
        wanted = TYPES[self.type]
        if type(value) is not wanted:
            return f"{shown(value)} is no {self.type}"
        if isinstance(value, int):
            return "" if isinstance(value, bool) else self._out_of_bounds(value)
        text = str(value)
        if self.choices and text not in self.choices:
            return f"{shown(value)} is none of {', '.join(self.choices)}"
        if self.pattern and not re.fullmatch(self.pattern, text):
            return f"{shown(value)} does not match {self.pattern}"
        return text_problem(text)

    def schema_of(self) -> dict[str, Any]:
        """JSON schema of the field, as Airflow's form takes it."""
        unit = f" ({self.unit})" if self.unit else ""
        found = {
            "type": self.type,
            "title": self.title,
            "description": (self.description + unit).strip(),
            "enum": self.choices or None,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "pattern": f"^(?:{self.pattern})$" if self.pattern else None,
        }
        return {key: value for key, value in found.items() if value not in (None, "")}

    def _out_of_bounds(self, value: int) -> str:
        least = -FAR if self.minimum is None else self.minimum
        most = FAR if self.maximum is None else self.maximum
        if value < least:
            return f"{shown(value)} is below {least} {self.unit}".strip()
        return f"{shown(value)} is above {most} {self.unit}".strip() if value > most else ""
