"""Plays a scenario: the whole run by the command line's own sequence, and `undo` for one whose process was killed."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from unittest.mock import patch

from flink_chaos.cli import script
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Undone
from flink_chaos.steps import abandoned, remains

from tests.simulation.airflow import Stores, run_graph
from tests.simulation.applications import BEHAVIOURS
from tests.simulation.oracle import Ending, violations
from tests.simulation.profiles import plan_of
from tests.simulation.scenario import JANITOR, PERSON
from tests.simulation.stage import build, folder, inside
from tests.simulation.trouble import prepare
from tests.simulation.truth import Outputs, Truth, outputs
from tests.simulation.world import BEGIN, Endless, Killed

if TYPE_CHECKING:
    from flink_chaos.model.facts import Fact
    from flink_chaos.model.verdict import Verdict

    from tests.simulation.scenario import Scenario
    from tests.simulation.stage import Stage

MOST_KILLS = 5
SETTLE = 120.0
"""Seconds after the end, for what acts late."""


@dataclass
class Played:
    """What came of a world."""

    scenario: Scenario
    outcome: str
    wrong: list[str]
    story: list[str]
    said: str
    facts: list[Fact]
    chaos: Outputs
    """What the chaos copy wrote, against what it should."""


def play(scenario: Scenario) -> Played:
    """Run it, undo it, compare it with the truth."""
    behaviour = BEHAVIOURS[scenario.behaviour]
    plan = plan_of(behaviour, scenario.fault, f"world-{scenario.seed}", BEGIN, **scenario.parameters)
    with folder() as name:
        stage = build(plan, behaviour, scenario.seed, name)
        stage.litmus.delay = scenario.strike_after
        truth = Truth(stage)
        prepare(stage, scenario.troubles)
        with inside(stage):
            end = _played(scenario, stage, truth)
            stage.world.on_call.clear()
            stage.world.dead = False
            wrong = violations(end)
    outcome = str(end.verdict.outcome) if end.verdict else "none"
    reasons = [f"VERDICT: {outcome}: {'; '.join(end.verdict.reasons)}"] if end.verdict else []
    return Played(
        scenario,
        outcome,
        wrong,
        [*stage.world.story, *reasons],
        end.said,
        stage.attempt.facts,
        outputs(stage, Copy.CHAOS),
    )


def _played(scenario: Scenario, stage: Stage, truth: Truth) -> Ending:
    said, error, killed, verdict = io.StringIO(), None, False, None
    with contextlib.redirect_stdout(said), patch.object(script, "_observe", lambda _run: None):
        try:
            if scenario.airflow:
                print(*run_graph(stage), sep="\n")
                killed = not stage.attempt.closed or stage.attempt.journal().last(Undone) is None
            else:
                verdict = script.perform(stage.run())
        except Killed:
            killed = True
        except (Exception, Endless) as problem:  # noqa: BLE001 - that is what is looked for
            error = problem
        stage.world.dead = False
        stage.world.advance(SETTLE)
        if killed:
            verdict, error = _undone(stage, scenario.rescue, error)
        verdict = verdict or stage.attempt.verdict()
    return Ending(scenario, stage, truth, verdict, killed, said.getvalue(), error)


def _undone(
    stage: Stage, rescue: str, error: BaseException | None
) -> tuple[Verdict | None, BaseException | None]:
    """What is done about a run that was killed; again, if that is killed too."""
    act = partial(_by_person, stage) if rescue == PERSON else partial(_by_lock, stage, known=rescue == JANITOR)
    for _ in range(MOST_KILLS):
        try:
            return act(), error
        except Killed:
            stage.world.dead = False
        except (Exception, Endless) as problem:  # noqa: BLE001
            return None, problem
    return None, error


def _by_person(stage: Stage) -> Verdict | None:
    return script.undo(stage.run())[0]


def _by_lock(stage: Stage, *, known: bool) -> Verdict | None:
    """As the janitor: not before the run was silent for long, and, if nobody can read the store, without its record."""
    stage.world.advance(abandoned.SILENT.total_seconds() + SETTLE)
    run = stage.run()
    with patch.object(remains, "Store", Stores(stage, known=known)):
        for found in abandoned.abandoned(run.cluster, run.namespace, lambda _: False):
            stage.undone = abandoned.undo(remains.with_record(found, run.cluster, run.kafka), print)
    return stage.attempt.verdict()


def shrunk(played: Played) -> Played:
    """The same violation with as few troubles as it needs."""
    kind = played.wrong[0].partition(":")[0]
    for one in played.scenario.troubles:
        fewer = replace(played.scenario, troubles=tuple(t for t in played.scenario.troubles if t != one))
        again = play(fewer)
        if any(line.startswith(kind) for line in again.wrong):
            return shrunk(again)
    return played
