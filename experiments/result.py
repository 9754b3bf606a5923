"""The ChaosResult that a run writes, as Litmus' experiments do: created at the start, final at the end."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from experiments.settings import Settings
    from experiments.targets import Owner


class Mark(StrEnum):
    """`chaosStatus` of a target: `injected` after the end of a run means that the fault is still there."""

    TARGETED = "targeted"
    INJECTED = "injected"
    REVERTED = "reverted"
    GONE = "noLongerExist"


OWN = "flink-chaos.io/"
"""Prefix of the annotations with which a fault tells what it did. Litmus leaves them alone."""

JOB = f"{OWN}job"
"""Annotation with the Job that writes the result: by it a second pod of the same Job knows itself."""

LONGEST_NAME = 63
"""Of the part of an annotation's key behind the slash."""

AWAITED = {"phase": "Running", "verdict": "Awaited", "probeSuccessPercentage": "Awaited", "errorOutput": None}
COUNTERS = {"Pass": "passedRuns", "Fail": "failedRuns", "Stopped": "stoppedRuns"}
"""An Error counts nowhere, as in Litmus."""

PHASES = {"Pass": "Completed", "Fail": "Completed", "Error": "Error", "Stopped": "Stopped"}


def new_result(settings: Settings, labels: dict[str, str]) -> dict[str, Any]:
    """A ChaosResult for the start of a run; `labels` are those of the experiment's pod."""
    return {
        "apiVersion": "litmuschaos.io/v1alpha1",
        "kind": "ChaosResult",
        "metadata": {
            "name": settings.result,
            "namespace": settings.namespace,
            "labels": labels | {"name": settings.result, "chaosUID": settings.chaos_uid},
            "annotations": {JOB: settings.job},
        },
        "spec": {"engine": settings.engine, "experiment": settings.experiment, "instance": settings.instance},
        "status": started_status(),
    }


def started_status() -> dict[str, Any]:
    """Status at the start of a run."""
    status = {key: value for key, value in AWAITED.items() if value is not None}
    return {"experimentStatus": status, "history": {"passedRuns": 0, "failedRuns": 0, "stoppedRuns": 0, "targets": []}}


def restarted_patch(settings: Settings, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Merge patch for a result of the same name from before: counters stay, everything else starts again."""
    old = [key for key in annotations_of(stored) if key.startswith(OWN)]
    return {
        "metadata": {
            "labels": {"chaosUID": settings.chaos_uid},
            "annotations": {**dict.fromkeys(old), JOB: settings.job},
        },
        "spec": {"engine": settings.engine, "experiment": settings.experiment, "instance": settings.instance},
        "status": {"experimentStatus": dict(AWAITED), "history": {"targets": []}},
    }


def annotations_of(stored: Mapping[str, Any] | None) -> dict[str, str]:
    """Annotations of a ChaosResult, empty if it has none."""
    return dict((stored or {}).get("metadata", {}).get("annotations") or {})


def mark_annotation(owner: Owner, mark: Mark | None) -> dict[str, str | None]:
    """Litmus' annotation of a target during the run; None removes it. Empty if the name is too long for a key."""
    value = mark.value if mark else None
    return {f"{owner.kind}/{owner.name}": value} if len(owner.name) <= LONGEST_NAME else {}


def final_patch(
    stored: dict[str, Any], verdict: str, targets: Mapping[Owner, Mark], error: dict[str, str] | None
) -> dict[str, Any]:
    """Merge patch that ends the run with `verdict` (Pass, Fail, Error or Stopped)."""
    history: dict[str, Any] = {"targets": [_target(*item) for item in targets.items()]}
    counter = COUNTERS.get(verdict)
    if counter:
        before = stored.get("status", {}).get("history", {})
        history[counter] = before.get(counter, 0) + 1
    experiment = {
        "phase": PHASES[verdict],
        "verdict": verdict,
        "probeSuccessPercentage": "100" if verdict == "Pass" else "0",
        "errorOutput": error,
    }
    status = {"experimentStatus": experiment, "history": history}
    return {"metadata": {"annotations": _without_marks(targets)}, "status": status}


def _target(owner: Owner, mark: Mark) -> dict[str, str]:
    return {"name": owner.name, "kind": owner.kind, "chaosStatus": mark.value}


def _without_marks(targets: Iterable[Owner]) -> dict[str, str | None]:
    return {key: value for owner in targets for key, value in mark_annotation(owner, None).items()}
