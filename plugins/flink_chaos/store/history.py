"""What earlier runs came to."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from flink_chaos.model.same_test import differences
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


@dataclass(frozen=True)
class Green:
    """An earlier run that passed, and what was another build, or another demand, in it."""

    verdict: Verdict
    differs: list[str]


@dataclass(frozen=True)
class _Judged:
    """A stored run of the same test."""

    attempt: Attempt
    verdict: Verdict
    differs: list[str]

    @property
    def passed(self) -> bool:
        return self.verdict.outcome is Outcome.PASS


def last_green(attempt: Attempt) -> Green | None:
    """The newest PASS before this run of the same test, None if there is none.

    Records that only another version can read are passed over.
    """
    plan = attempt.plan()
    before = plan.model_dump(mode="json")["created_at"]
    found = _judged(attempt.beside(), plan, lambda stored: str(stored.get("created_at", "")) < before)
    return next((Green(one.verdict, one.differs) for one in found if one.passed), None)


def repetitions(attempt: Attempt, most: int = 20) -> list[Recovery]:
    """How the chaos copy came back in this run and in the last ones of the same test, whatever came of them."""
    return _recoveries(attempt.beside(), attempt.plan(), most)


def undisturbed(attempt: Attempt, most: int = 20) -> list[Recovery]:
    """The same numbers of the last runs without a fault: pipeline, environment and load are those of this one."""
    found = recoveries(one.verdict for one in _judged(attempt.beside(CALM), attempt.plan(), but_fault=True))
    return list(islice((one for one in found if _is_calm(one)), most))


def passed(store: Store, plan: RunPlan, most: int = 20) -> list[tuple[Attempt, Verdict]]:
    """The last runs of the same test that passed, the newest first; the plan need not be stored."""
    found = _judged(store.of_dag(plan.dag_id), plan)
    return [(one.attempt, one.verdict) for one in islice((one for one in found if one.passed), most)]


def passed_undisturbed(store: Store, plan: RunPlan, most: int = 20) -> list[tuple[Attempt, Verdict]]:
    """The same of runs without a fault: pipeline, environment and load are those of the plan."""
    found = _judged(store.of_dag(CALM), plan, but_fault=True)
    calm = (one for one in found if one.passed and one.verdict.recovery and _is_calm(one.verdict.recovery))
    return [(one.attempt, one.verdict) for one in islice(calm, most)]


def _is_calm(recovery: Recovery) -> bool:
    """Nothing was done to it, and it was not started again by itself either: that is no noise."""
    return recovery.undisturbed and not recovery.restarts


def recoveries(verdicts: Iterable[Verdict]) -> Iterator[Recovery]:
    """Of the runs that were observed and have an answer that can be trusted."""
    found = (one.recovery for one in verdicts if one.outcome in JUDGED)
    return (one for one in found if one)


def _recoveries(attempts: Iterable[Attempt], plan: RunPlan, most: int) -> list[Recovery]:
    return list(islice(recoveries(one.verdict for one in _judged(attempts, plan)), most))


def _judged(
    attempts: Iterable[Attempt],
    plan: RunPlan,
    which: Callable[[dict[str, Any]], bool] = lambda _: True,
    *,
    but_fault: bool = False,
) -> Iterator[_Judged]:
    """Of the same test, the newest first; `which` chooses by the stored plan. Reads no further than it is asked."""
    own = plan.model_dump(mode="json", by_alias=True)
    for attempt in _newest_first(attempts):
        stored, verdict = _stored(attempt), None
        differs = differences(stored, own, but_fault=but_fault) if which(stored) else None
        with suppress(StoreError):
            verdict = attempt.verdict() if differs is not None else None
        if verdict is not None:
            yield _Judged(attempt, verdict, differs or [])


def newest(attempts: Iterable[Attempt], environment: str) -> Iterator[Attempt]:
    """The closed ones of an environment, the newest first."""
    for attempt in _newest_first(attempts):
        if (_stored(attempt).get("request") or {}).get("environment") == environment:
            yield attempt


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
