"""What earlier runs came to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flink_chaos.model.verdict import Outcome
from flink_chaos.store.records import PLAN, VERDICT, StoreError

if TYPE_CHECKING:
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.verdict import Verdict
    from flink_chaos.store.records import Attempt

SAME = ("data_count_to_load", "records_per_second", "checkpoint_interval_seconds", "delivery_guarantee", "contract")
"""Parameters without which two runs are not the same test."""


def last_green(attempt: Attempt) -> Verdict | None:
    """The newest PASS before this run of the same test, None if there is none.

    Records that only another version can read are passed over.
    """
    plan = attempt.plan()
    for earlier in _newest_first(attempt):
        try:
            verdict = earlier.verdict() if _is_same(earlier, plan) else None
        except StoreError:
            continue
        if verdict is not None and verdict.outcome is Outcome.PASS:
            return verdict
    return None


def same_test(stored: dict[str, Any], plan: RunPlan) -> bool:
    """Whether a stored plan tests what this one does: pipeline, fault, environment and load."""
    asked, request = stored.get("request", {}), plan.request.model_dump(mode="json")
    return (
        stored.get("fault", {}).get("name") == plan.fault.name
        and stored.get("fault_values") == plan.fault_values
        and all(asked.get(name) == request[name] for name in ("pipeline", "environment", *SAME))
    )


def _is_same(attempt: Attempt, plan: RunPlan) -> bool:
    """A damaged plan is another run's, and no reason for this one to say nothing."""
    try:
        stored = json.loads((attempt.folder / PLAN).read_text())
        earlier = str(stored.get("created_at", "")) < plan.model_dump(mode="json")["created_at"]
        return earlier and same_test(stored, plan)
    except (ValueError, AttributeError):
        return False


def _newest_first(attempt: Attempt) -> list[Attempt]:
    """Closed attempts of the same DAG, by when their verdict was written."""
    closed = [one for one in attempt.beside() if one.closed]
    return sorted(closed, key=lambda one: (one.folder / VERDICT).stat().st_mtime, reverse=True)
