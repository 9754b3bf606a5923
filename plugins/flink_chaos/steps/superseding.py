"""Ends earlier attempts of a run that is made again: whoever cleared `plan` in Airflow took their tasks from them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flink_chaos.model.footprint import footprint_of
from flink_chaos.steps.abandoned import undo
from flink_chaos.steps.remains import STORE_ERRORS, Notes, Remains
from flink_chaos.store.records import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.steps.run import Run
    from flink_chaos.store.records import Attempt


def end_earlier(run: Run, say: Callable[[str], None]) -> None:
    """Take away what attempts before this one left that never came to a verdict; each ends ABORTED.

    Nobody else does: their tasks are this attempt's now, and without an end they would hold the lock for ever.
    """
    if run.plan.attempt == 1:
        return
    for attempt in Store().attempts_of(run.plan.dag_id, run.plan.run_id):
        with suppress(*STORE_ERRORS):
            _end(run, attempt, say)


def _end(run: Run, attempt: Attempt, say: Callable[[str], None]) -> None:
    plan = attempt.plan()
    if plan.attempt < run.plan.attempt and not attempt.closed:
        say(f"attempt {plan.attempt} ({plan.run_key}) never ended: what it left is taken away")
        undo(Remains(footprint_of(plan), run.cluster, run.kafka, Notes(attempt)), say)
