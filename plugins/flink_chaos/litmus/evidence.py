"""Proof that a fault was felt, which is not Litmus' opinion of itself."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from flink_chaos.model.facts import CheckpointsSeen, FaultStarted, PodsSeen, TargetsChosen
from flink_chaos.model.text import LINE, cut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flink_chaos.cluster.pods import Pod
    from flink_chaos.model.facts import FaultEnded, Target
    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan

Answer = tuple[bool, str, dict[str, str]]
"""Felt, in words, and what was measured."""

INJECTED = ("Pass", "Fail")
"""Litmus' verdicts after an injection; Error and Stopped say that it could not select, inject or check."""

COMPLETED, IN_PROGRESS = "COMPLETED", "IN_PROGRESS"
DELAY = "flink-chaos.io/delay-"
"""Annotations by which our experiment tells on the ChaosResult what it measured; docs/litmus.md has their form."""


@dataclass(frozen=True)
class Scene:
    """The cluster right after the fault."""

    plan: RunPlan
    journal: Journal
    ended: FaultEnded
    pods: Sequence[Pod]
    node: Mapping[str, Any] | None
    result: Mapping[str, Any] | None

    @property
    def targets(self) -> Sequence[Target]:
        """The pods chosen before it."""
        chosen = self.journal.last(TargetsChosen)
        return chosen.targets if chosen else []

    @property
    def refusal(self) -> str:
        """Why Litmus says that it injected nothing, empty if it does not say so.

        A target that is gone although Litmus failed was taken by someone else: that is not our fault's doing.
        """
        if not self.targets:
            return "there was no pod to hit"
        ended = self.ended
        return "" if ended.verdict in INJECTED else f"Litmus: {ended.verdict} {ended.message}".strip()


def pods_replaced(scene: Scene) -> Answer:
    """Whether every target's UID is gone, how many pods went, and which new ones stand in their place.

    Of several strikes Litmus chooses the pods itself: then as many must have gone as one strike takes.
    """
    alive = {pod.uid for pod in scene.pods if not pod.deleting}
    targets, hit = scene.targets, {target.uid for target in scene.targets}
    fresh = iter([pod.name for pod in scene.pods if pod.uid in alive - hit])
    details = {target.pod: next(fresh, "") for target in targets if target.uid not in alive}
    killed = _killed(scene, alive)
    strikes = scene.plan.fault.rounds(scene.plan.fault_values)
    if scene.refusal:
        return False, scene.refusal, details
    if len(details) < len(targets) and (strikes == 1 or killed < len(targets)):
        still = ", ".join(target.pod for target in targets if target.uid in alive)
        return False, f"still there with the same UID: {still}", details
    told = ", ".join(f"{old} -> {new or 'nothing yet'}" for old, new in details.items())
    words = [f"pod UID changed: {told}"] if told else []
    words += [f"{killed} pods killed in {len(targets) * strikes} strikes"] if strikes > 1 else []
    return True, "; ".join(words), details | {"killed": str(killed)}


def packets_delayed(scene: Scene) -> Answer:
    """Whether packets of every target went through the injector, and the round trip grew as measured inside the pod."""
    reports = delays(scene.result)
    latency = int(scene.plan.fault_values["latency_ms"])
    details = checkpoints_during(scene.journal, latency / 2)
    if scene.refusal:
        return False, scene.refusal, details
    if len(reports) < len(scene.targets):
        return False, f"the delay was measured in {len(reports)} of {len(scene.targets)} pods", details
    least = latency / 2
    felt = all(report["packets"] > 0 and _longer(report) >= least for report in reports)
    message = "; ".join(_delay_told(report) for report in reports)
    packets = sum(report["packets"] for report in reports)
    details |= {"packets": str(packets), "way": reports[0]["way"], "status": reports[0]["status"]}
    return felt, message if felt else f"{message}; at least {least:.0f} ms more are demanded", details


def delays(result: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """What the experiment measured in each pod; Litmus' own image measures nothing.

    An annotation that is none of ours tells nothing: whoever may write the ChaosResult may write anything there.
    """
    annotations = ((result or {}).get("metadata") or {}).get("annotations") or {}
    found = [_report(text) for name, text in sorted(annotations.items()) if name.startswith(DELAY)]
    return [report for report in found if report]


def _report(text: str) -> dict[str, Any] | None:
    """One that can be read and told, None otherwise; what an experiment at work has not measured yet is nothing."""
    try:
        told = json.loads(text)
        words = {name: cut(str(told.get(name, "")), LINE) for name in ("pod", "way", "status")}
        trips = [dict(trip) | {"endpoint": cut(str(trip["endpoint"]), LINE)} for trip in told.get("rtt", [])]
        report = words | {"packets": int(told.get("packets", 0)), "rtt": trips}
        _delay_told(report), _longer(report)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
        return None
    return report


def _longer(report: Mapping[str, Any]) -> float:
    """Milliseconds by which the round trip grew, the least of all endpoints; nothing measured is no growth."""
    grown = [_median(trip, "during") - _median(trip, "before") for trip in report["rtt"]]
    return min((ms for ms in grown if not math.isnan(ms)), default=0.0)


def _delay_told(report: Mapping[str, Any]) -> str:
    trips = [f"{t['endpoint']} {_median(t, 'before'):.1f} -> {_median(t, 'during'):.1f} ms" for t in report["rtt"]]
    head = f"{report['pod']}: {report['packets']:,} packets delayed by {report['way']}"
    return ", ".join([head, *(f"round trip to {trip}" for trip in trips)])


def _median(trip: Mapping[str, Any], part: str) -> float:
    """Milliseconds; infinite when every try got no answer in time, no number when nothing was tried."""
    found = trip.get(part) or {}
    if found.get("median") is not None:
        return float(found["median"])
    return math.inf if found.get("lost") else math.nan


def checkpoints_during(journal: Journal, slower_ms: float) -> dict[str, str]:
    """How checkpoints were since the look before the fault: in words, and whether one failed or took so much longer.

    Told by their ids, as Flink's clock is another one. Twice the usual would be noise: of a hundred undisturbed
    checkpoints many take that.
    """
    before = journal.last(CheckpointsSeen, moment="before the fault")
    after = journal.last(CheckpointsSeen, moment="after the fault")
    if journal.last(FaultStarted) is None or before is None or after is None:
        return {"checkpoints": "the JobManager could not be asked before and after the fault"}
    ended = {c.id for c in before.history if c.status != IN_PROGRESS} if before.job_id == after.job_id else set()
    usual = [c.duration_ms for c in before.history if c.status == COMPLETED]
    during = [c for c in after.history if c.id not in ended and not c.is_savepoint]
    failed = sum(c.status == "FAILED" for c in during)
    longest = max((c.duration_ms for c in during), default=0)
    normal = median(usual) if usual else 0
    told = f"{len(during)} during the fault, {failed} failed, longest {longest / 1e3:.1f} s, usual {normal / 1e3:.1f} s"
    felt = failed > 0 or (bool(usual) and longest >= normal + slower_ms)
    return {"checkpoints": told, "checkpoints-felt": str(felt).lower()}


def node_drained(scene: Scene) -> Answer:
    """Whether the targets left the node, and whether the node takes pods again."""
    alive = {pod.uid for pod in scene.pods if not pod.deleting}
    still = [target.pod for target in scene.targets if target.uid in alive]
    where = ", ".join(f"{pod.name} on {pod.node or 'no node'}" for pod in scene.pods if not pod.deleting)
    chosen = scene.journal.last(TargetsChosen)
    node = chosen.node if chosen else ""
    back = bool(scene.node) and not (scene.node or {}).get("spec", {}).get("unschedulable")
    details = {"node": node, "uncordoned": str(back).lower()}
    if scene.refusal and scene.ended.verdict != "Stopped":
        return False, scene.refusal, details
    if still:
        return False, f"not evicted from {node}: {', '.join(still)}", details
    state = "uncordoned" if back else "still cordoned" if scene.node else "gone from the cluster"
    return True, f"{node} drained, {state}; now {where or 'no pod'}", details


def _killed(scene: Scene, alive: set[str]) -> int:
    """Pods that were seen since the fault began and are gone."""
    seen = {uid for fact in scene.journal.all(PodsSeen) for uid in fact.pods} | {t.uid for t in scene.targets}
    return len(seen - alive)


EVIDENCE: dict[str, Callable[[Scene], Answer]] = {
    "pods_replaced": pods_replaced,
    "packets_delayed": packets_delayed,
    "node_drained": node_drained,
}
