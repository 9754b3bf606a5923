"""What the teardown of a run does."""

from __future__ import annotations

from typing import Literal

from flink_chaos.model.facts import Fact


class RemovalAsked(Fact):
    """Things whose removal was asked for; they may still be there for a while."""

    kind: Literal["removal_asked"] = "removal_asked"
    names: list[str]
