"""A fault of the catalogue: data only, so that a new one of Litmus' hub is one file."""

from __future__ import annotations

import math
from string import Template
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, NonNegativeInt, model_validator

from flink_chaos.model.base import NAME, Component, Record
from flink_chaos.model.parameter import Parameter, ParameterValue
from flink_chaos.model.request import RunRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

Values = dict[str, ParameterValue]
PROOFS = {"litmus": ("pods_replaced", "packets_delayed", "node_drained"), "savepoint": ("restored",), "none": ("none",)}
"""Who acts -> what can prove it."""

NEEDED = {
    "pods_replaced": (),
    "packets_delayed": ("latency_ms",),
    "node_drained": (),
    "restored": ("upgrade_mode",),
    "none": (),
}
"""Parameters that a proof is measured against."""


class Fault(Record):
    """What is done to the chaos copy; `include/faults/<name>.yaml`."""

    name: str = Field(pattern=NAME)
    title: str
    description: str = ""
    action: Literal["litmus", "savepoint", "none"] = Field(
        default="litmus", description="who acts: a ChaosEngine, the Flink operator, nobody"
    )
    experiment: str = Field(default="", description="name of the ChaosExperiment")
    aim: Literal["pod", "node", "none"] = Field(
        default="pod", description="a pod of the parameter `component`, the node that holds one, or nothing at all"
    )
    reach: Literal["isolated", "shared"] = Field(description="isolated: only the chaos copy can feel it")
    evidence: Literal["pods_replaced", "packets_delayed", "node_drained", "restored", "none"] = Field(
        description="what proves that the fault was felt"
    )
    reverted: str = Field(description="who ends the fault, whatever happens to the run")
    needs: list[str] = Field(default_factory=list, description="what a cluster must have beside the experiment")
    every: str = Field(default="", description="parameter with the seconds between strikes; several if below `lasts`")
    lasts: str | NonNegativeInt = Field(default=0, description="seconds, or the parameter that holds them")
    expectation: str = Field(default="", description="what a good application does, shown in the result")
    parameters: list[Parameter] = Field(default_factory=list)
    environment: dict[str, str] = Field(
        default_factory=dict, description="variables of the experiment; ${...} is a parameter or a name of the plan"
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Fault:
        names = [parameter.name for parameter in self.parameters]
        if self.action == "litmus" and not self.experiment:
            raise ValueError("experiment: a fault of Litmus names its ChaosExperiment")
        if self.aim != "none" and "component" not in names:
            raise ValueError("parameters: a fault that aims needs the parameter `component`")
        for field, value in (("lasts", self.lasts), ("every", self.every)):
            if value and isinstance(value, str) and value not in names:
                raise ValueError(f"{field}: no parameter `{value}`; there are: {', '.join(names)}")
        return self

    @model_validator(mode="after")
    def _can_be_proven(self) -> Fault:
        names = [parameter.name for parameter in self.parameters]
        twice = [name for name in names if names.count(name) > 1]
        needed = [name for name in NEEDED[self.evidence] if name not in names]
        if twice:
            raise ValueError(f"parameters: `{twice[0]}` is there twice")
        if taken := [name for name in names if name in RunRequest.model_fields]:
            raise ValueError(f"parameters: `{taken[0]}` is a parameter of every run; choose another name")
        if self.evidence not in PROOFS[self.action]:
            offered = ", ".join(PROOFS[self.action])
            raise ValueError(f"evidence: {self.evidence} cannot prove what {self.action} does; there are: {offered}")
        if self.action == "litmus" and self.aim == "none":
            raise ValueError("aim: Litmus must be told whom to hit: pod or node")
        if needed:
            raise ValueError(f"parameters: evidence {self.evidence} needs the parameter `{needed[0]}`")
        return self

    def values(self, given: Mapping[str, Any]) -> Values:
        """All parameters, the given ones over their defaults. Raises ValueError that names parameter and reason."""
        values: Values = {p.name: given.get(p.name, p.default) for p in self.parameters}
        problems = [f"{p.name}: {problem}" for p in self.parameters if (problem := p.problem(values[p.name]))]
        if problems:
            raise ValueError("; ".join(problems))
        return values

    def seconds(self, values: Values) -> int:
        """How long the fault lasts."""
        return int(values[self.lasts]) if isinstance(self.lasts, str) else self.lasts

    def rounds(self, values: Values) -> int:
        """How often it strikes."""
        interval = int(values[self.every]) if self.every else 0
        return max(1, math.ceil(self.seconds(values) / interval)) if interval else 1

    def variables(self, values: Values, names: Mapping[str, object]) -> dict[str, str]:
        """The experiment's variables, filled in. Raises ValueError for a name that is not known."""
        known = {**names, **{name: _text(value) for name, value in values.items()}}
        try:
            return {name: Template(text).substitute(known) for name, text in self.environment.items()}
        except KeyError as error:
            raise ValueError(f"environment: no such name {error}; there are: {', '.join(sorted(known))}") from error


def component_of(values: Values) -> Component:
    """Whose pod, or whose node, is hit."""
    return Component(str(values["component"]))


def _text(value: ParameterValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
