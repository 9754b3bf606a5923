"""The ChaosResult that a run writes, as Litmus' experiments do: created at the start, final at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from experiments.settings import Settings
    from experiments.targets import Owner

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
        },
        "spec": {"engine": settings.engine, "experiment": settings.experiment, "instance": settings.instance},
        "status": started_status(),
    }


def started_status() -> dict[str, Any]:
    """Status at the start of a run."""
    status = {key: value for key, value in AWAITED.items() if value is not None}
    return {"experimentStatus": status, "history": {"passedRuns": 0, "failedRuns": 0, "stoppedRuns": 0, "targets": []}}


def restarted_patch(settings: Settings) -> dict[str, Any]:
    """Merge patch for a result of the same name from before: counters stay, everything else starts again."""
    return {
        "metadata": {"labels": {"chaosUID": settings.chaos_uid}},
        "spec": {"engine": settings.engine, "experiment": settings.experiment, "instance": settings.instance},
        "status": {"experimentStatus": dict(AWAITED), "history": {"targets": []}},
    }


def final_patch(
    stored: dict[str, Any], verdict: str, targets: Sequence[Owner], error: dict[str, str] | None
) -> dict[str, Any]:
    """Merge patch that ends the run with `verdict` (Pass, Fail, Error or Stopped)."""
    history: dict[str, Any] = {"targets": [_target(target) for target in targets]}
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
    return {"status": {"experimentStatus": experiment, "history": history}}


def _target(owner: Owner) -> dict[str, str]:
    return {"name": owner.name, "kind": owner.kind, "chaosStatus": "targeted"}
