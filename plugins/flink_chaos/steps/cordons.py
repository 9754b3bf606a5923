"""The nodes that a run's drain has cordoned, and nobody has taken back yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.resources import LEASES, NODES
from flink_chaos.model.facts import Evidence, FaultEnded, FaultStarted, TargetsChosen, Undone
from flink_chaos.model.footprint import NODE, key_of
from flink_chaos.steps.owned import bears

if TYPE_CHECKING:
    from flink_chaos.model.journal import Journal
    from flink_chaos.steps.remains import Remains

CORDONED_BY = "flink-chaos.io/cordoned-by"
"""Annotation of a node: the ChaosResult whose experiment has cordoned it."""

UNCORDON = {"metadata": {"annotations": {CORDONED_BY: None}}, "spec": {"unschedulable": None}}
"""With the experiment's mark: what it cordoned would else be taken for ours for ever."""


def take_nodes_back(run: Remains) -> None:
    """Uncordon what the run's experiment has cordoned."""
    for name in cordoned(run):
        run.cluster.merge(NODES, None, name, UNCORDON)


def cordoned(run: Remains) -> list[str]:
    """Names of the nodes: by the experiment's mark, and those that lease or journal tell, if they take no pods.

    One that bears the mark of another run is that run's.
    """
    if not run.footprint.drains:
        return []
    marks = {name: mark for node in run.cluster.list(NODES, None, metadata_only=True) for name, mark in _marked(node)}
    ours = {name for name, mark in marks.items() if bears(mark, run.key)}
    return sorted(ours | {name for name in _drained(run) - marks.keys() if _is_closed(run, name)})


def _marked(node: dict[str, Any]) -> list[tuple[str, str]]:
    mark = (node["metadata"].get("annotations") or {}).get(CORDONED_BY)
    return [(node["metadata"]["name"], mark)] if mark else []


def _is_closed(run: Remains, name: str) -> bool:
    node = run.cluster.get(NODES, None, name) or {}
    return bool((node.get("spec") or {}).get("unschedulable"))


def _drained(run: Remains) -> set[str]:
    """The nodes that the run has drained, or was about to drain, and nobody saw taken back.

    The lease is written before the engine is made, the journal after it. Once a node was taken back, whoever cordons it
    is somebody else.
    """
    journal = run.journal
    if _is_given_back(journal):
        return set()
    chosen = journal.all(TargetsChosen) if journal.last(FaultStarted) is not None else []
    return {run.footprint.node or _told_by_lease(run), *(one.node for one in chosen)} - {""}


def _is_given_back(journal: Journal) -> bool:
    """By the experiment itself, or by a removal that left nothing in the cluster."""
    ended, evidence = journal.last(FaultEnded), journal.last(Evidence)
    by_litmus = ended and ended.engine_status == "completed" and evidence and evidence.details.get("uncordoned")
    return by_litmus == "true" or any(undone.nodes_back for undone in journal.all(Undone))


def _told_by_lease(run: Remains) -> str:
    lease = run.cluster.get(LEASES, run.namespace, run.footprint.lease) if run.footprint.lease else None
    if lease is None or key_of((lease.get("spec") or {}).get("holderIdentity") or "") != run.key:
        return ""
    return str((lease["metadata"].get("annotations") or {}).get(NODE) or "")
