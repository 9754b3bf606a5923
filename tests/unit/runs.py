"""Stored runs: one on fakes, for tests of what is done with it, and such as ended on some day."""

from __future__ import annotations

import math
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flink_chaos.steps.run import Pulse, Run
from flink_chaos.store.records import VERDICT, Store
from flink_chaos.verdict.judge import judge

from tests.unit.observed import BACK, KILLED, at, observation
from tests.unit.observed import facts as observed_facts
from tests.unit.plans import AT, a_plan, good_facts, of_plan

if TYPE_CHECKING:
    from pathlib import Path

    from flink_chaos.model.facts import Fact
    from flink_chaos.store.records import Attempt


def a_run(folder: Path, cluster: Any = None, kafka: Any = None, **parameters: Any) -> Run:
    """A run that has just been planned; systems that are not given must not be asked. Nobody renews its lock."""
    plan = a_plan(**parameters)
    attempt = Store(folder.as_uri()).open(plan)
    return Run(plan=plan, attempt=attempt, kafka=kafka, cluster=cluster, pulse=Pulse(math.inf))


def stored(
    store: Store, day: int, *, facts: list[Fact] | None = None, closed: bool = True, back: int = BACK, **parameters: Any
) -> Attempt:
    """A run of that day; its verdict was written on it too. All tasks ran again at second `back`."""
    plan = a_plan(run_id=f"manual__{day}", **parameters).model_copy(update={"created_at": AT + timedelta(days=day)})
    attempt = store.open(plan)
    for fact in good_facts(plan) if facts is None else of_plan(plan, facts):
        attempt.append(fact)
    if closed:
        attempt.close(judge(plan, attempt.journal(), observation(back=back if plan.fault.action != "none" else KILLED)))
        moment = plan.created_at.timestamp()
        if attempt.folder.protocol in ("", "file"):
            os.utime(str(attempt.folder / VERDICT).removeprefix("file://"), (moment, moment))
    return attempt


def observed(*later: Fact) -> list[Fact]:
    """Facts of a run that was observed and passed, and these."""
    return [*good_facts(), *observed_facts(), *later]


def calm(*later: Fact) -> list[Fact]:
    """The same without a fault."""
    kinds = ("fault_started", "fault_ended", "targets_chosen")
    found = [fact for fact in observed(*later) if fact.kind not in kinds]
    return [fact.model_copy(update={"at": at(5)}) if fact.kind == "steady" else fact for fact in found]
