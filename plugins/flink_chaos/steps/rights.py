"""Every right that any step uses, and whether we have it: what is needed last would else be missed last.

`include/manifests/60-flink-chaos.yaml` gives exactly these; a test reads both, and every call in this package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from flink_chaos.cluster.autoscaling import STATUS
from flink_chaos.cluster.resources import (
    CHAOS_ENGINES,
    CHAOS_EXPERIMENTS,
    CHAOS_RESULTS,
    CONFIG_MAPS,
    CUSTOM_RESOURCE_DEFINITIONS,
    DEPLOYMENTS,
    EVENTS,
    FLINK_DEPLOYMENTS,
    JOBS,
    LEASES,
    LIMIT_RANGES,
    NODES,
    POD_LOGS,
    PODS,
    REPLICA_SETS,
    RESOURCE_QUOTAS,
    SELF_SUBJECT_ACCESS_REVIEWS,
    SERVICE_PROXIES,
    SERVICES,
)
from flink_chaos.steps.checking import PreflightWarning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flink_chaos.cluster.resources import Resource
    from flink_chaos.steps.run import Run

REMEDY = "apply include/manifests/60-flink-chaos.yaml, or give this user those rights"
Need = Literal["run", "drain", "look"]
"""Every run; a run that drains a node; nothing but to know more: without it the verdict is the same."""


@dataclass(frozen=True)
class Right:
    """A verb on a kind of object. `where`: the run's namespace, the SQL Gateway's, all of the cluster, or that one."""

    verb: str
    resource: Resource
    where: str = "run"
    need: Need = "run"
    name: str = ""

    def namespace(self, run: Run) -> str | None:
        """Where it is needed; None: in all."""
        named = {"run": run.namespace, "gateway": run.plan.environment.sql_gateway.namespace, "cluster": None}
        return named.get(self.where, self.where)

    def told(self, run: Run) -> str:
        """In words."""
        namespace = self.namespace(run)
        where = f" in namespace {namespace}" if namespace else " in the whole cluster"
        return f"{self.verb} {self.resource.label}{where}"


def _rights(verbs: str, resource: Resource, where: str = "run", need: Need = "run", name: str = "") -> list[Right]:
    return [Right(verb, resource, where, need, name) for verb in verbs.split()]


RIGHTS = [
    *_rights("get list create patch delete", FLINK_DEPLOYMENTS),
    *_rights("get list create patch delete", CHAOS_ENGINES),
    *_rights("get list delete", CHAOS_RESULTS),
    *_rights("get", CHAOS_EXPERIMENTS),
    *_rights("list create patch delete", CONFIG_MAPS),
    *_rights("get list delete", PODS),
    *_rights("list delete", SERVICES),
    *_rights("get", SERVICE_PROXIES),
    *_rights("get create delete", SERVICE_PROXIES, "gateway"),
    *_rights("list delete", DEPLOYMENTS),
    *_rights("list delete", REPLICA_SETS),
    *_rights("list delete", JOBS),
    *_rights("get list create update delete", LEASES),
    *_rights("list", PODS, "cluster"),
    *_rights("list", NODES, "cluster"),
    *_rights("get", CUSTOM_RESOURCE_DEFINITIONS, "cluster"),
    *_rights("get patch", NODES, "cluster", "drain"),
    *_rights("get", NODES, "cluster", "look"),
    *_rights("list", EVENTS, "run", "look"),
    *_rights("list", RESOURCE_QUOTAS, "run", "look"),
    *_rights("list", LIMIT_RANGES, "run", "look"),
    *_rights("get", POD_LOGS, "run", "look"),
]
UNASKED = [
    *_rights("create", SELF_SUBJECT_ACCESS_REVIEWS, "cluster"),
    *_rights("get", CONFIG_MAPS, STATUS[0], "look", STATUS[1]),
]
"""The right to ask; and one that most clusters have no use for: not to have it is no warning."""


def permissions(run: Run) -> str:
    """Whether all rights are there. Raises ValueError for those that are needed, PreflightWarning for the others."""
    needs: tuple[Need, ...] = ("run", "drain") if run.plan.fault.aim == "node" else ("run",)
    needed, extra = ([one for one in RIGHTS if (one.need in needs) is wanted] for wanted in (True, False))
    if denied := _denied(run, needed):
        raise ValueError(f"not allowed: {', '.join(denied)}; {REMEDY}")
    looks = [one for one in extra if one.need == "look"]
    if denied := _denied(run, looks):
        raise PreflightWarning(f"not allowed, and left out of report and preflight: {', '.join(denied)}; {REMEDY}")
    return f"{len(needed) + len(looks)} permissions in namespace {run.namespace} and the cluster"


def _denied(run: Run, rights: Iterable[Right]) -> list[str]:
    allowed = {one: run.cluster.allowed(one.verb, one.resource, one.namespace(run), one.name) for one in rights}
    return list(dict.fromkeys(one.told(run) for one, has in allowed.items() if not has))
