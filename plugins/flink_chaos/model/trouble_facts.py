"""What was wrong in the cluster when a copy of the application did not do what it should."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from flink_chaos.model.base import Told
from flink_chaos.model.facts import Fact

Moment = Literal["a wait expired", "no room", "drained"]


class Cause(Told):
    """One thing that Kubernetes tells of a pod, of what makes pods, or of a node."""

    about: str = Field(description="kind/name")
    words: str
    outside: bool = Field(description="of cluster, quota, image or node; else of the application itself")
    whose: str = Field(default="", description="`stable`, `chaos`, `loader`, or empty: of none of them, such as Litmus")

    @property
    def told(self) -> str:
        """In one line."""
        return f"{self.about}: {self.words}"


class Trouble(Fact):
    """What was found when it was looked for."""

    kind: Literal["trouble"] = "trouble"
    moment: Moment
    wait: str = Field(default="", description="the wait that expired or ended")
    causes: list[Cause]


class NodesBefore(Fact):
    """Nodes right before one of them was drained: what closed later, or came later, was not the fault's doing."""

    kind: Literal["nodes_before"] = "nodes_before"
    drained: str
    closed: dict[str, str] = Field(description="node -> why it took no pods of the chaos copy, but for its room")
    open: list[str] = Field(description="nodes that took some")
    evicted_owners: list[str] = Field(description="UIDs of what makes the pods that the drain evicts: they come back")
