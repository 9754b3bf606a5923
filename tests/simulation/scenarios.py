"""Scenarios that can be played in a simulated world and on the lab: both must come to the same facts.

`shape` says what is compared: which facts there are, in the order of their first, and what they say that does not
depend on the moment or the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.simulation.scenario import AT_LEAST_ONCE, Scenario, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flink_chaos.model.facts import Fact

BESIDE = {
    *("observed", "judging", "self_test", "notified", "pods_seen", "job_seen", "removal_asked", "checkpoint_mark"),
    "checkpoints_seen after the fault",
}
"""Facts whose number and place depend on how fast somebody looks, and how soon a JobManager answers again."""

TOLD = {
    "preflight": lambda fact: all(check.ok or not check.blocks for check in fact.checks),
    "steady": lambda fact: fact.ok,
    "evidence": lambda fact: fact.felt,
    "fault_ended": lambda fact: fact.verdict,
    "drained": lambda fact: fact.ok,
    "stopped": lambda fact: fact.ok,
    "undone": lambda fact: not fact.residue,
}
"""What a fact of a kind says in both worlds alike."""


@dataclass(frozen=True)
class Case:
    """One scenario. `disturb` names what is done to the lab, as tests/e2e/test_simulated.py does it."""

    name: str
    scenario: Scenario
    outcomes: tuple[str, ...]
    disturb: str = ""
    after: str = ""
    """Kind of the fact after whose first it is done."""
    same_facts: bool = True
    """Whether the facts must be the same: not where the moment of an outage decides which are taken."""

    @property
    def lab(self) -> dict[str, Any]:
        """Parameters of the run on the lab: the same, with a load that its machine feels."""
        own = dict(self.scenario.parameters)
        return {**own, "data_count_to_load": 80_000, "records_per_second": 1_000, "pipeline": "ad_events"}


def _case(name: str, outcomes: tuple[str, ...], *troubles: Trouble, disturb: str = "", **scenario: Any) -> Case:
    after = troubles[0].moment if troubles and disturb else ""
    return Case(name, Scenario(troubles=troubles, **scenario), outcomes, disturb, after, same_facts=not disturb)


PASS, DOUBT = ("PASS",), ("INCONCLUSIVE",)
CASES = (
    _case("nothing is done", PASS),
    _case("nothing is done, at least once", PASS, guarantee=AT_LEAST_ONCE),
    _case("a TaskManager is killed", PASS, fault="pod_delete"),
    _case("a TaskManager is killed, at least once", PASS, fault="pod_delete", guarantee=AT_LEAST_ONCE),
    _case("a JobManager is killed", PASS, fault="pod_delete", component="jobmanager"),
    _case("a node is drained", PASS, fault="node_drain"),
    _case("a redeploy by savepoint", PASS, fault="savepoint"),
    _case("a redeploy by last state", PASS, fault="savepoint", upgrade_mode="last-state"),
    _case("Airflow kills a TaskManager", PASS, fault="pod_delete", airflow=True),
    _case(
        "Kafka is away in the load",
        ("PASS", "INCONCLUSIVE"),
        Trouble("kafka down", "evidence", 2.0, 15.0),
        disturb="kafka killed",
        fault="pod_delete",
    ),
    _case(
        "Kafka is away while the copies catch up",
        ("PASS", "INCONCLUSIVE"),
        Trouble("kafka down", "loaded", 0.0, 15.0),
        disturb="kafka killed",
        fault="pod_delete",
    ),
    _case(
        "the API server is away in the injection",
        ("PASS", "INCONCLUSIVE"),
        Trouble("api refused", "targets_chosen", 0.0, 10.0),
        disturb="API server killed",
        fault="pod_delete",
    ),
    _case(
        "a node is not ready for 30 s",
        ("PASS", "INCONCLUSIVE"),
        Trouble("node not ready", "steady", 1.0, 30.0),
        disturb="kubelet stopped",
        fault="pod_delete",
    ),
)


def shape(facts: Iterable[Fact]) -> dict[str, list[str]]:
    """Copy, or nothing -> its kinds of facts by their first, each with what it says; the last of a kind counts.

    Each copy has its own order: Airflow asks for both at once.
    """
    found: dict[str, dict[str, str]] = {}
    for fact in facts:
        kind, copy, moment = (str(getattr(fact, name, "")) for name in ("kind", "copy_", "moment"))
        name, said = f"{kind} {moment}".strip(), TOLD.get(kind)
        if not {kind, name} & BESIDE:
            found.setdefault(copy, {})[name] = f"{name}: {said(fact)}" if said else name
    return {copy: list(told.values()) for copy, told in found.items()}
