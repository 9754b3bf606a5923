"""Proof that a fault was felt, which is not Litmus' opinion of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flink_chaos.cluster.pods import Pod
    from flink_chaos.model.facts import FaultEnded, Target

INJECTED = ("Pass", "Fail")
"""Litmus' verdicts after an injection; Error and Stopped say that it could not select, inject or check."""


def pod_replaced(targets: Sequence[Target], pods: Sequence[Pod], ended: FaultEnded) -> tuple[bool, str, dict[str, str]]:
    """Whether Litmus removed every target, told in words, and which new pods stand in their place.

    A target that is gone although Litmus failed was taken by someone else: that is not our fault's doing.
    """
    alive = {pod.uid for pod in pods if not pod.deleting}
    gone = [target for target in targets if target.uid not in alive]
    fresh = [pod for pod in pods if not pod.deleting and pod.uid not in {target.uid for target in targets}]
    names = iter([pod.name for pod in fresh])
    replaced = {target.pod: next(names, "") for target in gone}
    if not targets:
        return False, "there was no pod to hit", {}
    if ended.verdict not in INJECTED:
        return False, f"Litmus: {ended.verdict} {ended.message}".strip(), replaced
    if len(gone) < len(targets):
        still = ", ".join(target.pod for target in targets if target.uid in alive)
        return False, f"still there with the same UID: {still}", replaced
    told = ", ".join(f"{old} -> {new or 'nothing yet'}" for old, new in replaced.items())
    return True, f"pod UID changed: {told}", replaced
