"""The record of a run in memory: facts go through their JSON once, as in the store, and are not read again each time."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from flink_chaos.model.journal import FACT, Journal
from flink_chaos.store.records import Attempt, ExistsError

if TYPE_CHECKING:
    from flink_chaos.model.facts import Fact
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.verdict import Verdict
    from upath import UPath

    from tests.simulation.world import World


class MemoryAttempt(Attempt):
    """Survives the process that is killed, as the store does."""

    def __init__(self, folder: UPath, plan: RunPlan, world: World) -> None:
        super().__init__(folder)
        self.planned, self.world = plan, world
        self.facts: list[Fact] = []
        self.stored: Verdict | None = None
        self.full_until = 0.0
        """Until that second the disk takes nothing."""

    def plan(self) -> RunPlan:
        return self.planned

    def append(self, fact: Fact) -> None:
        self.world.called(f"store {fact.kind}", 0.0)
        self._require_room()
        self.facts.append(FACT.validate_json(fact.model_dump_json(by_alias=True)))

    def journal(self, kind: str = "*") -> Journal:
        self.world.called("store journal", 0.0)
        return Journal([fact for fact in self.facts if kind in ("*", fact.kind)])

    def has(self, *kinds: str) -> bool:
        self.world.called("store has", 0.0)
        return any(fact.kind in kinds for fact in self.facts)

    @property
    def closed(self) -> bool:
        return self.stored is not None

    def verdict(self) -> Verdict | None:
        return self.stored

    def close(self, verdict: Verdict) -> None:
        self.world.called("store verdict", 0.0)
        self._require_room()
        if self.stored is not None:
            raise ExistsError("verdict.json exists already: a record is never overwritten")
        self.stored = verdict

    def _require_room(self) -> None:
        if self.world.now < self.full_until:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
