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
    PODS,
)
from flink_chaos.model.plan import RUN_LABEL
from flink_chaos.model.removal_facts import RemovalAsked
from flink_chaos.steps.injecting import STOP
from flink_chaos.steps.owned import FLINK_KINDS, engine_uids, has_ended, is_litmus, owned

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from flink_chaos.cluster.resources import Resource
    from flink_chaos.steps.remains import Remains

Raw = dict[str, Any]


def stop_faults(run: Remains) -> None:
    """Ask Litmus to end and revert each fault of the run."""
    for engine in owned(run, CHAOS_ENGINES):
        run.cluster.merge(CHAOS_ENGINES, run.namespace, engine["metadata"]["name"], STOP)


def delete_owned(run: Remains, resource: Resource) -> None:
    """Ask for the removal of what the run owns of that kind."""
    _delete_all(run, resource, owned(run, resource))


def delete_own_config_maps(run: Remains) -> None:
    """Those that we made; those of Flink's high availability are Flink's as long as it is there."""
    found = owned(run, CONFIG_MAPS)
    ours = [item for item in found if (item["metadata"].get("labels") or {}).get(RUN_LABEL) == run.key]
    _delete_all(run, CONFIG_MAPS, ours)


def delete_what_flink_left(run: Remains) -> None:
    """Nobody else removes it once the FlinkDeployment is gone: its operator was away, or its finalizer was forced."""
    if owned(run, FLINK_DEPLOYMENTS):
        return
    uids = engine_uids(run)
    for kind in FLINK_KINDS:
        found = owned(run, kind)
        _delete_all(run, kind, [item for item in found if kind is not PODS or not is_litmus(item, uids)])


def delete_what_litmus_left(run: Remains) -> None:
    """Not what still acts: it takes the fault back as its last deed. The result goes last: it tells the uid."""
    if owned(run, CHAOS_ENGINES):
        return
    uids = engine_uids(run)
    pods = _litmus_pods(run, uids)
    ended = [pod for pod in pods if has_ended(run, pod)]
    _delete_all(run, PODS, ended)
    if len(ended) == len(pods):
        _delete_all(run, JOBS, owned(run, JOBS, uids))
        _delete_all(run, CHAOS_RESULTS, owned(run, CHAOS_RESULTS, uids))


def _litmus_pods(run: Remains, uids: Collection[str]) -> list[Raw]:
    return [pod for pod in owned(run, PODS, uids) if is_litmus(pod, uids)]


def _delete_all(run: Remains, resource: Resource, items: Iterable[Raw]) -> None:
    asked = []
    for item in items:
        metadata = item["metadata"]
        if not metadata.get("deletionTimestamp") and run.cluster.delete(
            resource, run.namespace, metadata["name"], metadata["uid"]
        ):
            asked.append(f"{resource.plural}/{metadata['name']}")
    if asked:
        run.attempt.append(RemovalAsked(at=now(), names=asked))
