"""What earlier runs came to."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from flink_chaos.model.verdict import Outcome
from flink_chaos.store.records import PLAN, VERDICT, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.recovery import Recovery
    from flink_chaos.model.verdict import Verdict
    from flink_chaos.store.records import Attempt, Store

CALM = "no_fault"
"""The DAG, and the fault, of runs in which nothing is broken."""

JUDGED = (Outcome.PASS, Outcome.FAIL)
SAME = ("data_count_to_load", "records_per_second", "checkpoint_interval_seconds", "delivery_guarantee", "contract")
"""Parameters without which two runs are not the same test."""


def last_green(attempt: Attempt) -> Verdict | None:
    """The newest PASS before this run of the same test, None if there is none.

    Records that only another version can read are passed over.
    """
    plan = attempt.plan()
    before = plan.model_dump(mode="json")["created_at"]
    found = _judged(attempt.beside(), plan, lambda stored: str(stored.get("created_at", "")) < before)
    return next((one for _, one in found if one.outcome is Outcome.PASS), None)


def repetitions(attempt: Attempt, most: int = 20) -> list[Recovery]:
    """How the chaos copy came back in this run and in the last ones of the same test, whatever came of them."""
    return _recoveries(attempt.beside(), attempt.plan(), most)


def undisturbed(attempt: Attempt, most: int = 20) -> list[Recovery]:
    """The same numbers of the last runs without a fault: pipeline, environment and load are those of this one."""
    return [one for one in _recoveries(attempt.beside(CALM), _calm(attempt.plan()), most) if one.undisturbed]


def passed(store: Store, plan: RunPlan, most: int = 20) -> list[tuple[Attempt, Verdict]]:
    """The last runs of the same test that passed, the newest first; the plan need not be stored."""
    found = _judged(store.of_dag(plan.dag_id), plan)
    return list(islice((one for one in found if one[1].outcome is Outcome.PASS), most))


def passed_undisturbed(store: Store, plan: RunPlan, most: int = 20) -> list[tuple[Attempt, Verdict]]:
    """The same of runs without a fault: pipeline, environment and load are those of the plan."""
    calm = _calm(plan).model_copy(update={"dag_id": CALM})
    found = passed(store, calm, most)
    return [(attempt, one) for attempt, one in found if one.recovery and one.recovery.undisturbed]


def _calm(plan: RunPlan) -> RunPlan:
    """The plan without its fault."""
    return plan.model_copy(update={"fault": plan.fault.model_copy(update={"name": CALM}), "fault_values": {}})


def recoveries(verdicts: Iterable[Verdict]) -> Iterator[Recovery]:
    """Of the runs that were observed and have an answer that can be trusted."""
    found = (one.recovery for one in verdicts if one.outcome in JUDGED)
    return (one for one in found if one)


def _recoveries(attempts: Iterable[Attempt], plan: RunPlan, most: int) -> list[Recovery]:
    return list(islice(recoveries(one for _, one in _judged(attempts, plan)), most))


def _judged(
    attempts: Iterable[Attempt], plan: RunPlan, which: Callable[[dict[str, Any]], bool] = lambda _: True
) -> Iterator[tuple[Attempt, Verdict]]:
    """Of the same test, the newest first; `which` chooses by the stored plan. Reads no further than it is asked."""
    for attempt in _newest_first(attempts):
        stored, verdict = _stored(attempt), None
        with suppress(StoreError):
            verdict = attempt.verdict() if which(stored) and same_test(stored, plan) else None
        if verdict is not None:
            yield attempt, verdict


def same_test(stored: dict[str, Any], plan: RunPlan) -> bool:
    """Whether a stored plan tests what this one does: pipeline, fault, environment and load."""
    asked, request = stored.get("request", {}), plan.request.model_dump(mode="json")
    return (
        stored.get("fault", {}).get("name") == plan.fault.name
        and stored.get("fault_values") == plan.fault_values
        and all(asked.get(name) == request[name] for name in ("pipeline", "environment", *SAME))
    )


def _stored(attempt: Attempt) -> dict[str, Any]:
    """A plan as it was written, by whatever version; nothing of a damaged one, which is another run's affair."""
    try:
        return dict(json.loads((attempt.folder / PLAN).read_text()))
    except (ValueError, TypeError):
        return {}


def _newest_first(attempts: Iterable[Attempt]) -> list[Attempt]:
    """The closed ones, by when their verdict was written."""
    closed = [one for one in attempts if one.closed]
    return sorted(closed, key=lambda one: (one.folder / VERDICT).stat().st_mtime, reverse=True)
