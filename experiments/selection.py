"""Finds the pods of a run in the cluster: TARGET_PODS first, else TARGETS, then the share of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from experiments.errors import ChaosError, Code
from experiments.targets import EXACT_PODS, select, share

if TYPE_CHECKING:
    from experiments.cluster import Cluster
    from experiments.settings import Settings
    from experiments.targets import Pod


def chosen_targets(cluster: Cluster, settings: Settings) -> list[Pod]:
    """The pods to hit now. Raises ChaosError (TARGET_SELECTION_ERROR) if there are none."""
    if settings.target_pods:
        return _by_name(cluster, settings)
    exact, others = _split(cluster, settings)
    if settings.node_label:
        nodes = cluster.nodes.labelled(settings.node_label)
        chosen = [pod for pod in exact + others if pod.node in nodes]
    else:
        chosen = exact + share(others, settings.percentage)
    if not chosen:
        raise ChaosError(Code.TARGET_SELECTION, "no target pods found", _target_text(settings))
    return chosen


def all_targets(cluster: Cluster, settings: Settings) -> list[Pod]:
    """Every pod that TARGETS means, whatever the share."""
    exact, others = _split(cluster, settings)
    return exact + others


def _split(cluster: Cluster, settings: Settings) -> tuple[list[Pod], list[Pod]]:
    """Pods given by exact name, to which no share applies, and all others."""
    exact: dict[str, Pod] = {}
    others: dict[str, Pod] = {}
    for target in settings.targets:
        running = [pod for pod in cluster.pods(target.namespace) if not pod.terminating]
        group = exact if target.kind == EXACT_PODS else others
        group.update({pod.uid: pod for pod in select(target, running)})
    return list(exact.values()), [pod for uid, pod in others.items() if uid not in exact]


def _by_name(cluster: Cluster, settings: Settings) -> list[Pod]:
    namespace = settings.targets[0].namespace if settings.targets else settings.namespace
    end = time.monotonic() + settings.status_timeout
    while True:
        found = {name: cluster.pod(namespace, name) for name in settings.target_pods}
        missing = [name for name, pod in found.items() if pod is None]
        if not missing:
            return [pod for pod in found.values() if pod]
        if time.monotonic() >= end:
            reason = f"pod doesn't exist set by TARGET_PODS ENV: {', '.join(missing)}"
            raise ChaosError(Code.TARGET_SELECTION, reason, f"{{podNames: {missing}, namespace: {namespace}}}")
        time.sleep(settings.status_delay)


def _target_text(settings: Settings) -> str:
    return ";".join(f"{t.kind}:{t.namespace}:[{','.join(t.items)}]" for t in settings.targets)
