"""A world as data: what is tested, how, and what goes wrong when. One line, and drawn from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from tests.simulation.applications import BEHAVIOURS
from tests.simulation.world import LONGEST

RECORDS, RATE = 300, 5
EXACTLY_ONCE, AT_LEAST_ONCE = "EXACTLY_ONCE", "AT_LEAST_ONCE"
PERSON, JANITOR, STRANGER = "a person", "the janitor", "a stranger"
"""By its record at once; by its lock, when it was silent for long; the same, with a store that nobody can read."""

MOMENTS = (
    "preflight",
    "topic_begin",
    "deployed",
    "load_started",
    "steady",
    "targets_chosen",
    "fault_started",
    "evidence",
    "loaded",
    "drained",
    "stopped",
    "topic_end",
    "table",
    "judging",
)
"""Facts after whose first a trouble begins."""


@dataclass(frozen=True)
class Trouble:
    """Something that goes wrong outside the application, `after` seconds from a moment, for `seconds`."""

    name: str
    moment: str = "start"
    after: float = 0.0
    seconds: float = 0.0

    def __str__(self) -> str:
        lasts = f" for {self.seconds:g} s" if self.seconds else ""
        return f"{self.name} {self.after:g} s after {self.moment}{lasts}"


@dataclass(frozen=True)
class Scenario:
    """A world, to be played."""

    seed: int = 0
    behaviour: str = "plain"
    fault: str = "no_fault"
    component: str = "taskmanager"
    upgrade_mode: str = "savepoint"
    guarantee: str = EXACTLY_ONCE
    strike_after: float = 8.0
    """Seconds from the ChaosEngine to the strike: 20 to 45 by Litmus' own documents, less in the lab."""
    interval: int = 4
    offsets: str = "to-latest"
    airflow: bool = False
    """Run by the DAG's own operators and triggers, else by the command line."""
    rescue: str = PERSON
    """Who takes away what a killed process left."""
    troubles: tuple[Trouble, ...] = ()

    def __str__(self) -> str:
        how = {"pod_delete": self.component, "node_drain": self.component, "savepoint": self.upgrade_mode}.get(
            self.fault, ""
        )
        strike = f" striking after {self.strike_after:g} s" if self.fault in ("pod_delete", "node_drain") else ""
        told = "; ".join(map(str, self.troubles)) or "no trouble"
        return f"seed {self.seed}: {'Airflow, ' if self.airflow else ''}{self.behaviour}, {self.guarantee}, {self.fault} {how}{strike}, checkpoints every {self.interval} s, {self.offsets}, rescued by {self.rescue}: {told}"

    @property
    def parameters(self) -> dict[str, object]:
        """Of the run."""
        own: dict[str, dict[str, object]] = {
            "pod_delete": {"component": self.component},
            "node_drain": {"component": self.component, "duration_seconds": 10},
            "savepoint": {"upgrade_mode": self.upgrade_mode},
        }
        return {
            "data_count_to_load": RECORDS,
            "records_per_second": RATE,
            "fault_after_seconds": 5,
            "checkpoint_interval_seconds": self.interval,
            "delivery_guarantee": self.guarantee,
            "recovery_deadline_seconds": 60,
            "offsets": self.offsets,
            **own.get(self.fault, {}),
        }


SHORT, LONG = (2.0, 20.0), (20.0, 90.0)
TIMED: dict[str, tuple[float, float]] = {
    "kafka down": (2.0, 40.0),
    "kafka down, clients stuck": (5.0, 20.0),
    "kafka moving": SHORT,
    "api refused": (2.0, 40.0),
    "api 429": SHORT,
    "api 500": SHORT,
    "api 503": SHORT,
    "gateway down": (5.0, 60.0),
    "node not ready": (20.0, 40.0),
    "node tainted": LONG,
    "quota": LONG,
    "chaos cut off": (10.0, 30.0),
}
"""What lasts -> how long."""
SUDDEN = (
    "api lost",
    "api 409",
    "chaos killed by others",
    "chaos JobManager killed by others",
    "control killed",
    "control JobManager killed",
    "control gives up",
    "engine deleted by others",
    "sink trimmed",
    "partition added",
    "process killed",
    "process killed",
    "process killed",
)
"""What happens at once."""
STANDING = (
    "clock ahead",
    "clock behind",
    "commits stay behind",
    "spare pod",
    "litmus says Error",
    "litmus stuck",
    "litmus strikes nothing",
    "target already gone",
    "operator gives up savepoint",
    "failed before the first deployment",
    "operator leaves things",
    "sink compacted",
    "loader with transactions",
    "nodes tainted",
    "two Kafka clusters",
    "shared state",
    "weaker mode",
    "inject runs again",
    "litmus leaves its cordon",
)
"""What is so from the beginning."""


def drawn(seed: int) -> Scenario:
    """The world of a seed."""
    rng = random.Random(seed)
    fault = rng.choice(("no_fault", "pod_delete", "pod_delete", "pod_delete", "savepoint", "node_drain"))
    one = Scenario(
        seed=seed,
        behaviour=rng.choice(("plain", "plain", *BEHAVIOURS)),
        fault=fault,
        component=rng.choice(("taskmanager", "taskmanager", "jobmanager")),
        upgrade_mode=rng.choice(("savepoint", "savepoint", "last-state", "stateless")),
        guarantee=rng.choice((EXACTLY_ONCE, EXACTLY_ONCE, AT_LEAST_ONCE)),
        strike_after=round(rng.choice((rng.uniform(4, 12), rng.uniform(4, 12), rng.uniform(20, 55))), 1),
        interval=rng.choice((2, 4, 6)),
        airflow=rng.random() < 0.3,
    )
    if one.behaviour == "older-spoiling" or rng.random() < 0.08:
        one = replace(one, offsets="shift-by:-3")
    count = rng.choices((0, 1, 2, 3), (35, 45, 15, 5))[0]
    one = replace(one, troubles=tuple(_trouble(rng) for _ in range(count)))
    return replace(one, rescue=rng.choice((PERSON, JANITOR, STRANGER)), troubles=(*one.troubles, *_of_our_own(rng), *_in_the_load(rng)))


def _of_our_own(rng: random.Random) -> list[Trouble]:
    """What happens to the run itself, and not around it."""
    found = []
    if rng.random() < 0.06:
        seconds = round(rng.choice((rng.uniform(1, 60), LONGEST)), 1)
        found.append(Trouble("store full", rng.choice(MOMENTS), round(rng.uniform(0, 20), 1), seconds))
    if rng.random() < 0.06:
        found.append(Trouble("undone by others", rng.choice(MOMENTS), round(rng.uniform(0, 20), 1)))
    return found


def _in_the_load(rng: random.Random) -> list[Trouble]:
    """What others do to the chaos copy while it has work: by chance alone hardly any world would have it."""
    if rng.random() >= 0.08:
        return []
    name = rng.choice(("chaos killed by others", "chaos JobManager killed by others", "chaos cut off"))
    seconds = round(rng.uniform(*TIMED[name]), 1) if name in TIMED else 0.0
    return [Trouble(name, "load_started", round(rng.uniform(5, 40), 1), seconds)]


def _trouble(rng: random.Random) -> Trouble:
    kind = rng.choices(("timed", "sudden", "standing"), (4, 4, 3))[0]
    if kind == "standing":
        name = rng.choice(STANDING)
        return Trouble(name, seconds=round(rng.uniform(60, 900)) if name.startswith("clock") else 0.0)
    moment, after = rng.choice(MOMENTS), round(rng.choice((0.0, rng.uniform(0, 4), rng.uniform(0, 20))), 1)
    if kind == "sudden":
        return Trouble(rng.choice(SUDDEN), moment, after)
    name = rng.choice(list(TIMED))
    return Trouble(name, moment, after, round(rng.uniform(*TIMED[name]), 1))
