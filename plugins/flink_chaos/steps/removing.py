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
    LEASES,
    NODES,
    PODS,
)
from flink_chaos.model.facts import Evidence, FaultEnded, FaultStarted, TargetsChosen
from flink_chaos.model.footprint import NODE, key_of
from flink_chaos.model.plan import RUN_LABEL
from flink_chaos.model.removal_facts import RemovalAsked
from flink_chaos.steps.injecting import STOP
from flink_chaos.steps.owned import FLINK_KINDS, bears, engine_uids, has_ended, is_litmus, owned

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from flink_chaos.cluster.resources import Resource
    from flink_chaos.steps.remains import Remains

Raw = dict[str, Any]
CORDONED_BY = "flink-chaos.io/cordoned-by"
"""Annotation of a node: the ChaosResult whose experiment has cordoned it."""

UNCORDON = {"metadata": {"annotations": {CORDONED_BY: None}}, "spec": {"unschedulable": None}}
"""With the experiment's mark: what it cordoned would else be taken for ours for ever."""


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


def take_nodes_back(run: Remains) -> None:
    """Uncordon what the run's experiment has cordoned: by its mark, and where the run says that it drained a node."""
    if run.footprint.drains:
        _take_marked_back(run)
        _take_chosen_back(run)


def _take_marked_back(run: Remains) -> None:
    """Whatever the journal knows of them."""
    for node in run.cluster.list(NODES, None, metadata_only=True):
        if bears((node["metadata"].get("annotations") or {}).get(CORDONED_BY) or "", run.key):
            run.cluster.merge(NODES, None, node["metadata"]["name"], UNCORDON)


def _take_chosen_back(run: Remains) -> None:
    node = run.cluster.get(NODES, None, name) if (name := _drained(run)) else None
    if node is not None and node["spec"].get("unschedulable"):
        run.cluster.merge(NODES, None, node["metadata"]["name"], UNCORDON)


def _drained(run: Remains) -> str:
    """The node that the run has drained and nobody saw taken back; "" for none.

    Once Litmus was done and the node took pods again, whoever cordons it is somebody else.
    """
    journal = run.journal
    chosen, ended, evidence = journal.last(TargetsChosen), journal.last(FaultEnded), journal.last(Evidence)
    if chosen is None:
        return run.footprint.node or _told_by_lease(run)
    given_back = ended and ended.engine_status == "completed" and evidence and evidence.details.get("uncordoned")
    return "" if journal.last(FaultStarted) is None or given_back == "true" else chosen.node


def _told_by_lease(run: Remains) -> str:
    lease = run.cluster.get(LEASES, run.namespace, run.footprint.lease) if run.footprint.lease else None
    if lease is None or key_of((lease.get("spec") or {}).get("holderIdentity") or "") != run.key:
        return ""
    return str((lease["metadata"].get("annotations") or {}).get(NODE) or "")
