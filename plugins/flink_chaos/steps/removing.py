"""Asks for the removal of what a run has in the cluster, kind by kind; each may be asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.clock import now
from flink_chaos.cluster.resources import (
    CHAOS_ENGINES,
    CHAOS_RESULTS,
    CONFIG_MAPS,
    FLINK_DEPLOYMENTS,
    JOBS,
    NODES,
    PODS,
)
from flink_chaos.litmus.engine import result_name
from flink_chaos.model.plan import RUN_LABEL
from flink_chaos.model.removal_facts import RemovalAsked
from flink_chaos.steps.injecting import UNCORDON
from flink_chaos.steps.owned import FLINK_KINDS, engine_uids, has_ended, is_litmus, owned

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from flink_chaos.cluster.resources import Resource
    from flink_chaos.steps.run import Run

Raw = dict[str, Any]
CORDONED_BY = "flink-chaos.io/cordoned-by"
"""Annotation of a node: the ChaosResult whose experiment has cordoned it."""


def delete_owned(run: Run, resource: Resource) -> None:
    """Ask for the removal of what the run owns of that kind."""
    _delete_all(run, resource, owned(run, run.plan.run_key, resource))


def delete_own_config_maps(run: Run) -> None:
    """Those that we made; those of Flink's high availability are Flink's as long as it is there."""
    found = owned(run, run.plan.run_key, CONFIG_MAPS)
    ours = [item for item in found if (item["metadata"].get("labels") or {}).get(RUN_LABEL) == run.plan.run_key]
    _delete_all(run, CONFIG_MAPS, ours)


def delete_what_flink_left(run: Run) -> None:
    """Nobody else removes it once the FlinkDeployment is gone: its operator was away, or its finalizer was forced."""
    if owned(run, run.plan.run_key, FLINK_DEPLOYMENTS):
        return
    uids = engine_uids(run)
    for kind in FLINK_KINDS:
        found = owned(run, run.plan.run_key, kind)
        _delete_all(run, kind, [item for item in found if kind is not PODS or not is_litmus(item, uids)])


def delete_what_litmus_left(run: Run) -> None:
    """Not what still acts: it takes the fault back as its last deed. The result goes last: it tells the uid."""
    if owned(run, run.plan.run_key, CHAOS_ENGINES):
        return
    uids = engine_uids(run)
    pods = _litmus_pods(run, uids)
    ended = [pod for pod in pods if has_ended(run, pod)]
    _delete_all(run, PODS, ended)
    if len(ended) == len(pods):
        _delete_all(run, JOBS, owned(run, run.plan.run_key, JOBS, uids))
        _delete_all(run, CHAOS_RESULTS, owned(run, run.plan.run_key, CHAOS_RESULTS, uids))


def _litmus_pods(run: Run, uids: Collection[str]) -> list[Raw]:
    return [pod for pod in owned(run, run.plan.run_key, PODS, uids) if is_litmus(pod, uids)]


def _delete_all(run: Run, resource: Resource, items: Iterable[Raw]) -> None:
    asked = []
    for item in items:
        metadata = item["metadata"]
        if not metadata.get("deletionTimestamp") and run.cluster.delete(
            resource, run.namespace, metadata["name"], metadata["uid"]
        ):
            asked.append(f"{resource.plural}/{metadata['name']}")
    if asked:
        run.attempt.append(RemovalAsked(at=now(), names=asked))


def take_marked_nodes_back(run: Run) -> None:
    """Nodes that this run's experiment has cordoned by its own mark, whatever the journal knows of them."""
    if run.plan.fault.aim != "node":
        return
    for node in run.cluster.list(NODES, None, metadata_only=True):
        if (node["metadata"].get("annotations") or {}).get(CORDONED_BY) == result_name(run.plan):
            run.cluster.merge(NODES, None, node["metadata"]["name"], UNCORDON)
