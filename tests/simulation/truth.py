"""What really happened in a world: whether the contract held, and whether the fault had effect on work in flight."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Drained

from tests.simulation.applications import Behaviour, State, made_of
from tests.simulation.scenario import EXACTLY_ONCE

if TYPE_CHECKING:
    from tests.simulation.scenario import Scenario
    from tests.simulation.stage import Stage


LOADING_SECONDS, NOTICED_SECONDS = 8.0, 30.0
COINCIDENCE_SECONDS = 2.5
"""A run looks every two seconds: whether others or the fault came first within one look nobody can tell, nor need."""

OLDER, SHIFT = 5, 3
"""Records of an earlier run in each partition of each topic, and how many of them `shift-by` reads again."""


@dataclass
class Strike:
    """One strike of the planned fault, as it was."""

    at: float
    in_flight: bool
    hit: bool
    """Whether what was hit ran the job."""
    noticed: bool = False
    loading: bool = False
    """Whether the load went on for a while after it."""


@dataclass
class Truth:
    """Watches a world from its beginning."""

    stage: Stage
    strikes: list[Strike] = field(default_factory=list)
    left_running: bool = False
    drills: int = 0
    _ran: bool = False
    _ran_at: float = -LOADING_SECONDS
    _alive: bool = False
    _flew: bool = False
    """As it was at the last tick."""

    def __post_init__(self) -> None:
        """See each strike, each tick and each redeploy."""
        self.stage.operator.on_suspended.append(self._suspended)
        self.stage.litmus.on_strike.append(self._struck)
        self.stage.world.steps.append(self._step)

    @property
    def effect(self) -> bool:
        """Whether a strike hit a job with work in flight, which noticed it."""
        return any(one.hit and one.in_flight and one.noticed for one in self.strikes)

    @property
    def plain_effect(self) -> bool:
        """The same beyond any doubt: in the middle of the load."""
        return any(one.hit and one.loading and one.noticed for one in self.strikes)

    def _struck(self, uids: str) -> None:
        cluster, now = self.stage.operator.cluster_of("chaos"), self.stage.world.now
        working = {cluster.working, cluster.jm} if cluster and cluster.job and cluster.job.running else set()
        at_once = now - self._ran_at <= COINCIDENCE_SECONDS and not working
        self.strikes.append(Strike(now, self._in_flight(), bool(working & set(uids.split(","))) or at_once, at_once))

    def _in_flight(self) -> bool:
        loader, job = self.stage.loader, self.stage.job
        return bool(
            (loader and not loader.ended and loader.state == "RUNNING") or (job and (job.lag() > 0 or job.unfinished))
        )

    def _suspended(self, name: str) -> None:
        """A drill takes effect when the operator stops a job that has not ended, whatever else befell it."""
        drill = self.stage.plan.fault.action == "savepoint" and self.stage.attempt.journal().last(Drained) is None
        if name == self.stage.plan.copies[Copy.CHAOS].deployment and drill:
            self.drills += 1
            self.strikes.append(Strike(self.stage.world.now, self._flew, hit=self._alive, noticed=True))

    def _step(self) -> None:
        job, loader, now = self.stage.job, self.stage.loader, self.stage.world.now
        for one in self.strikes:
            one.loading |= bool(loader and not loader.ended and now - one.at >= LOADING_SECONDS)
            one.noticed |= self._ran and not bool(job and job.running) and now - one.at < NOTICED_SECONDS
        self._ran = bool(job and job.running)
        self._ran_at = now if self._ran else self._ran_at
        self._alive = bool(job and job.state not in ("FINISHED", "FAILED", "CANCELED"))
        self._flew = self._in_flight()


@dataclass(frozen=True)
class Outputs:
    """One copy's output against what a perfect application would have written."""

    lost: int
    wrong: int
    """Records with a value that should not be."""
    surplus: int
    disorder: int
    stuck: bool

    def held(self, guarantee: str, *, orderly: bool, ordered: bool) -> bool:
        """Whether the promise was kept."""
        duplicates = guarantee == EXACTLY_ONCE or orderly
        return not (
            self.lost or self.wrong or (duplicates and self.surplus) or (ordered and self.disorder) or self.stuck
        )


def outputs(stage: Stage, copy: Copy) -> Outputs:
    """Compare every committed record of the run with the perfect ones."""
    ideal, found = _ideal(stage), _found(stage, copy)
    missing, beyond = ideal - found, found - ideal
    wrong = sum(count for value, count in beyond.items() if value not in ideal)
    stuck = any(
        one.name.startswith(stage.plan.copies[copy].transactional_id_prefix) for one in stage.kafka.open_transactions()
    )
    lost = max(0, sum(missing.values()) - wrong)
    return Outputs(lost, wrong, sum(beyond.values()) - wrong, _disorder(stage, copy), stuck)


def _perfect(behaviour: Behaviour) -> Behaviour:
    return Behaviour(behaviour.name, copies=behaviour.copies, drops=behaviour.drops, totals=behaviour.totals)


def _ideal(stage: Stage) -> Counter[bytes]:
    shifted = SHIFT if stage.plan.request.offsets != "to-latest" else 0
    log, state, perfect = stage.kafka.topics[stage.plan.pipeline.topics.source], State(), _perfect(stage.behaviour)
    rows = [json.loads(e.value) for entries in log.partitions for e in entries[OLDER - shifted :] if e.delivered]
    return Counter(value for row in rows for value in made_of(perfect, state, row))


def _found(stage: Stage, copy: Copy) -> Counter[bytes]:
    log = stage.kafka.topics[stage.plan.copies[copy].sink]
    return Counter(e.value for entries in log.partitions for e in entries[OLDER:] if e.delivered)


def _disorder(stage: Stage, copy: Copy) -> int:
    """First deliveries that came after one of their user that was loaded later."""
    log, own = stage.kafka.topics[stage.plan.copies[copy].sink], f'"{stage.plan.run_key}"'.encode()
    highest: dict[int, int] = {}
    seen: set[int] = set()
    found = 0
    for row in (json.loads(e.value) for entries in log.partitions for e in entries if e.delivered and own in e.value):
        if row["n"] in seen:
            continue
        seen.add(row["n"])
        found += row["n"] < highest.get(row["usr"], -1)
        highest[row["usr"]] = max(highest.get(row["usr"], -1), row["n"])
    return found


def orderly(scenario: Scenario) -> bool:
    """Nothing was broken by the plan: no failure excuses a duplicate."""
    return scenario.fault == "no_fault" or (scenario.fault == "savepoint" and scenario.upgrade_mode == "savepoint")
