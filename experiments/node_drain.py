"""node-drain: cordons a node, evicts its pods as `kubectl drain` does, and uncordons it after TOTAL_CHAOS_DURATION."""

from __future__ import annotations

import logging
import random
import time
from typing import TYPE_CHECKING

from experiments.abort import always
from experiments.checks import await_condition, health_check, pause, ramp
from experiments.errors import ChaosError, Code, Phase
from experiments.result import Mark
from experiments.selection import all_targets, chosen_targets
from experiments.targets import Owner

if TYPE_CHECKING:
    from experiments.nodes import Eviction
    from experiments.run import Run
    from experiments.targets import Pod

LOG = logging.getLogger(__name__)
DURATION = 60
REVERT_TRIES = 3


def inject(run: Run) -> None:
    """Run the fault. Raises ChaosError if the node cannot be chosen, drained in TOTAL_CHAOS_DURATION, or uncordoned."""
    node = _node(run)
    _refuse_own_node(run, node)
    _refuse_foreign_cordon(run, node)
    health_check(run, "PreChaosCheck")
    ramp(run)
    run.phase = Phase.INJECT
    run.mark(Owner("node", node))
    with always(lambda: _uncordon(run, node)):
        _drain(run, node)
        _application_check(run)
        pause(run.settings.duration)
    ramp(run)
    run.phase = Phase.POST
    health_check(run, "PostChaosCheck")


def _node(run: Run) -> str:
    """TARGET_NODE, else a node with NODE_LABEL, else the node of a target pod, as in Litmus."""
    given = run.variables.text("TARGET_NODE")
    settings = run.settings
    if given:
        return given
    if settings.node_label and not settings.targets and not settings.target_pods:
        return _random(sorted(run.cluster.nodes.labelled(settings.node_label)))
    return _random(sorted({pod.node for pod in chosen_targets(run.cluster, settings) if pod.node}))


def _random(nodes: list[str]) -> str:
    if not nodes:
        raise ChaosError(Code.TARGET_SELECTION, "no target node found: set TARGET_NODE, NODE_LABEL or the target pods")
    return random.choice(nodes)  # noqa: S311 - chance, not a secret


def _refuse_own_node(run: Run, node: str) -> None:
    """Whoever evicts himself cannot uncordon."""
    own = run.cluster.pod(run.settings.namespace, run.settings.pod) if run.settings.pod else None
    if own and own.node == node:
        advice = "pin it to another one by nodeSelector in spec.experiments[].spec.components of the ChaosEngine"
        raise ChaosError(Code.TARGET_SELECTION, f"the experiment itself runs on the target node: {advice}", _text(node))


def _refuse_foreign_cordon(run: Run, node: str) -> None:
    found = run.cluster.nodes.get(node)
    if found is None:
        raise ChaosError(Code.TARGET_SELECTION, "the target node does not exist", _text(node))
    if found.unschedulable and not found.cordoned_by:
        raise ChaosError(Code.TARGET_SELECTION, "the target node is cordoned already, and not by us", _text(node))


def _drain(run: Run, node: str) -> None:
    run.engine_event("ChaosInject", f"Injecting node-drain chaos on {node} node")
    try:
        run.mark(Owner("node", node), Mark.INJECTED)
        run.cluster.nodes.cordon(node, by=run.settings.result)
        condition = _Drain(run, node)
        await_condition(run, condition, "node is not drained", code=Code.CHAOS_INJECT, timeout=run.settings.duration)
    except ChaosError as error:
        left = ", ".join(f"{pod.namespace}/{pod.name}" for pod in _evictable(run, node))
        raise ChaosError(error.code, f"{error.reason}; still there: {left or 'nothing'}", _text(node)) from error
    except Exception as error:
        raise ChaosError(Code.CHAOS_INJECT, f"unable to drain the node: {error}", _text(node)) from error
    LOG.info("node %s is drained", node)


class _Drain:
    """One look at the node: evicts what can be evicted, and is true when nothing is left."""

    def __init__(self, run: Run, node: str) -> None:
        self._run = run
        self._node = node
        self._told: set[tuple[str, Eviction]] = set()

    def __call__(self) -> bool:
        pods = _evictable(self._run, self._node)
        for pod in pods:
            if not pod.terminating:
                self._tell(pod, self._run.cluster.nodes.evict(pod))
        return not pods

    def _tell(self, pod: Pod, answer: Eviction) -> None:
        if (pod.uid, answer) not in self._told:
            LOG.info("eviction of %s/%s: %s", pod.namespace, pod.name, answer.name)
            self._told.add((pod.uid, answer))


def _evictable(run: Run, node: str) -> list[Pod]:
    """All but static pods and those of DaemonSets, which would come back: --ignore-daemonsets --force."""
    pods = run.cluster.nodes.pods(node)
    return [pod for pod in pods if not pod.mirror and pod.workload.kind != "daemonset"]


def _application_check(run: Run) -> None:
    """The targets must run elsewhere, whatever DEFAULT_HEALTH_CHECK says, as in Litmus; skipped without targets."""

    def rescheduled() -> bool:
        pods = all_targets(run.cluster, run.settings)
        return bool(pods) and all(pod.ready for pod in pods)

    if run.settings.targets:
        await_condition(run, rescheduled, "application pods are not ready after the drain")


def _uncordon(run: Run, node: str) -> None:
    """Three tries, as in Litmus, each of them verified. Raises ChaosError if the node stays cordoned."""
    for _ in range(REVERT_TRIES):
        problem = _try_uncordon(run, node)
        if not problem:
            run.mark(Owner("node", node), Mark.REVERTED)
            return
        LOG.error("cannot uncordon node %s: %s", node, problem)
        time.sleep(run.settings.status_delay)
    raise ChaosError(Code.CHAOS_REVERT, f"the node stays cordoned: {problem}", _text(node))


def _try_uncordon(run: Run, node: str) -> str:
    try:
        run.cluster.nodes.uncordon(node)
        found = run.cluster.nodes.get(node)
    except Exception as error:  # noqa: BLE001 - whatever the API server says, it is tried again
        return str(error)
    return "it is still unschedulable" if found and found.unschedulable else ""


def _text(node: str) -> str:
    return f"{{nodeName: {node}}}"
