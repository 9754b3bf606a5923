"""What earlier runs came to."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from flink_chaos.model.same_test import differences, identities
from flink_chaos.model.verdict import Outcome
from flink_chaos.store.files import text_at
from flink_chaos.store.listing import found_runs
from flink_chaos.store.names import PLAN, folders_of
from flink_chaos.store.records import Attempt, StoreError
from flink_chaos.store.summary import stored_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from upath import UPath

    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.recovery import Recovery
    from flink_chaos.model.verdict import Verdict
    from flink_chaos.store.records import Store
    from flink_chaos.store.summary import Summary

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


def last_green(attempt: Attempt) -> Green | None:
    """The newest PASS before this run of the same test, None if there is none.

    Records that only another version can read are passed over.
    """
    plan = attempt.plan()
    before = plan.model_dump(mode="json")["created_at"]
    found = _judged(attempt.root, plan, lambda run: _passed(run) and run.created_at < before)
    return next((Green(one.verdict, one.differs) for one in found), None)


def repetitions(attempt: Attempt, most: int = 20) -> list[Recovery]:
    """How the chaos copy came back in this run and in the last ones of the same test, whatever came of them."""
    return [*islice(recoveries(one.verdict for one in _judged(attempt.root, attempt.plan(), _observed)), most)]


def undisturbed(attempt: Attempt, most: int = 20) -> list[Recovery]:
    """The same numbers of the last runs without a fault: pipeline, environment and load are those of this one."""
    found = recoveries(one.verdict for one in _calm(attempt.root, attempt.plan(), _observed))
    return list(islice((one for one in found if _is_calm(one)), most))


def passed(store: Store, plan: RunPlan, most: int = 20) -> list[tuple[Attempt, Verdict]]:
    """The last runs of the same test that passed, the newest first; the plan need not be stored."""
    return [(one.attempt, one.verdict) for one in islice(_judged(store.root, plan, _passed), most)]


def passed_undisturbed(store: Store, plan: RunPlan, most: int = 20) -> list[tuple[Attempt, Verdict]]:
    """The same of runs without a fault: pipeline, environment and load are those of the plan."""
    found = _calm(store.root, plan, lambda run: _passed(run) and run.observed)
    calm = (one for one in found if one.verdict.recovery and _is_calm(one.verdict.recovery))
    return [(one.attempt, one.verdict) for one in islice(calm, most)]


def newest(store: Store, dag_id: str, environment: str) -> Iterator[Attempt]:
    """The closed runs of a DAG in an environment, the newest first."""
    wanted = _closed(store.root, dag_id, lambda run: run.environment == environment)
    return (Attempt(folder) for folder in wanted)


def recoveries(verdicts: Iterable[Verdict]) -> Iterator[Recovery]:
    """Of the runs that were observed and have an answer that can be trusted."""
    found = (one.recovery for one in verdicts if one.outcome in JUDGED)
    return (one for one in found if one)


def _passed(run: Summary) -> bool:
    return run.outcome == Outcome.PASS


def _observed(run: Summary) -> bool:
    return run.observed and run.outcome in JUDGED


def _is_calm(recovery: Recovery) -> bool:
    """Nothing was done to it, and it was not started again by itself either: that is no noise."""
    return recovery.undisturbed and not recovery.restarts


def _judged(root: UPath, plan: RunPlan, which: Callable[[Summary], bool]) -> Iterator[_Judged]:
    """Runs of the plan's DAG and test, the newest first. Reads no further than it is asked."""
    test, _ = identities(plan.model_dump(mode="json", by_alias=True))
    found = _closed(root, plan.dag_id, lambda run: run.test == test and which(run))
    return _same(found, plan)


def _calm(root: UPath, plan: RunPlan, which: Callable[[Summary], bool]) -> Iterator[_Judged]:
    """Runs without a fault that are like the plan's in all else, the newest first."""
    _, test = identities(plan.model_dump(mode="json", by_alias=True))
    found = _closed(root, CALM, lambda run: run.any_fault == test and which(run))
    return _same(found, plan, but_fault=True)


def _same(folders: Iterator[UPath], plan: RunPlan, *, but_fault: bool = False) -> Iterator[_Judged]:
    """Those that are the same test indeed, with a verdict that can be read."""
    own = plan.model_dump(mode="json", by_alias=True)
    for folder in folders:
        with suppress(StoreError):
            attempt = Attempt(folder)
            stored = stored_json(folder / PLAN, text_at(folder / PLAN))
            differs, verdict = differences(stored, own, but_fault=but_fault), attempt.verdict()
            if differs is not None and verdict is not None:
                yield _Judged(attempt, verdict, differs)


def _closed(root: UPath, dag_id: str, which: Callable[[Summary], bool]) -> Iterator[UPath]:
    """Folders of a DAG's runs with a verdict that are wanted, by when it was written, the newest first.

    No more are read than are asked for. One that cannot be read is another run's affair.
    """
    of_dag = folders_of(dag_id)
    with found_runs(root) as found:
        closed = [one for one in found if one.closed_at is not None and one.folder.partition("/")[0] in of_dag]
        for one in sorted(closed, key=lambda one: one.closed_at or 0.0, reverse=True):
            with suppress(StoreError):
                run = one.summary()
                if run.dag_id == dag_id and which(run):
                    yield root / one.folder
