"""The graph of a DAG by its own operators and triggers, task after task, with a scheduler that knows their rules."""

from __future__ import annotations

import asyncio
import copy
import logging
import os
import tempfile
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from flink_chaos.store.records import StoreError

from tests.simulation.world import Killed

if TYPE_CHECKING:
    from tests.simulation.stage import Stage

SCHEDULER_SECONDS = 1.0
"""Between two tasks."""

GOOD, BAD = ("success",), ("failed", "upstream_failed")
NOT_PLAYED = ("plan", "observe")
MOST_RESTARTS = 3


@cache
def _dag(fault: str) -> Any:
    """The DAG itself, made once."""
    if "AIRFLOW_HOME" not in os.environ:
        os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-home-")
    os.environ.setdefault("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
    from flink_chaos.assembly.dag import chaos_dag

    logging.getLogger("airflow").setLevel(logging.CRITICAL)
    return chaos_dag(fault, doc=None)


def run_graph(stage: Stage) -> list[str]:
    """Every task that its rule lets run; what was told to people."""
    dag, states, said = _dag(stage.plan.fault.name), {"plan": "success"}, list[str]()
    with _connected(stage):
        for task in dag.topological_sort():
            if task.task_id in NOT_PLAYED:
                continue
            stage.world.dead = False
            stage.world.advance(SCHEDULER_SECONDS)
            state = _decided(task, states)
            states[task.task_id] = _played(stage, task, said) if state == "run" else state
            if stage.rerun == task.task_id and states[task.task_id] == "success":
                states[task.task_id] = _played(stage, task, said)
            stage.world.tell(f"task {task.task_id}: {states[task.task_id]}")
    stage.world.dead = False
    return said


def _decided(task: Any, states: dict[str, str]) -> str:
    upstream = [states[name] for name in task.upstream_task_ids if name in states]
    if task.task_id == "undo":
        return "run" if states["lock"] == "success" else "skipped"
    if task.task_id == "verdict":
        return "run" if states["lock"] == "success" else "upstream_failed"
    if task.task_id == "notify":
        return "run"
    if any(state in BAD for state in upstream):
        return "upstream_failed"
    return "run" if all(state in GOOD for state in upstream) else "skipped"


def _played(stage: Stage, task: Any, said: list[str]) -> str:
    from airflow.sdk.exceptions import AirflowSkipException, TaskDeferred

    own = copy.copy(task)
    if hasattr(own, "run_key"):
        own.run_key = stage.plan.run_key
    act = lambda: own.execute({})  # noqa: E731
    while True:
        try:
            act()
        except TaskDeferred as deferred:
            event = _answer(stage, deferred.trigger)
            act = lambda e=event: own.resume_execution("resume", {"event": e}, {})  # noqa: E731
        except AirflowSkipException:
            return "skipped"
        except Killed:
            return "failed"
        except Exception as problem:  # noqa: BLE001 - Airflow shows it to people
            said.append(
                f"{type(problem).__name__}: {problem}" if "airflow" not in type(problem).__module__ else str(problem)
            )
            return "failed"
        else:
            return "success"


def _answer(stage: Stage, trigger: Any) -> dict[str, Any]:
    """The event of a trigger; one whose triggerer is killed begins again."""
    for _ in range(MOST_RESTARTS):
        try:
            return dict(_first(trigger.run()).payload)
        except Killed:
            stage.world.dead = False
            stage.world.advance(SCHEDULER_SECONDS)
            trigger = type(trigger)(**trigger.serialize()[1])
    raise Killed


def _first(events: Any) -> Any:
    """Nothing in it really waits: the world's clock stands in for the event loop's."""
    step = events.__anext__()
    try:
        while True:
            step.send(None)
    except StopIteration as end:
        return end.value


class Stores:
    """The store that knows this run only, or not even that."""

    def __init__(self, stage: Stage, *, known: bool = True) -> None:
        self.stage, self.known = stage, known

    def __call__(self, *_: Any) -> Stores:
        return self

    def attempt(self, key: str) -> Any:
        if key != self.stage.plan.run_key or not self.known:
            raise StoreError(f"no run '{key}'")
        return self.stage.attempt


class _connected:  # noqa: N801 - used like a function
    """Operators and triggers reach this world: their hook, their store and their clock."""

    def __init__(self, stage: Stage) -> None:
        world = stage.world

        async def sleep(seconds: float) -> None:
            world.called("sleep", seconds)

        async def to_thread(act: Any, *arguments: Any) -> Any:
            return act(*arguments)

        async def arun(_hook: Any, _key: str) -> Any:
            return stage.run()

        loop = SimpleNamespace(sleep=sleep, to_thread=to_thread, wait_for=asyncio.wait_for)
        time = SimpleNamespace(time=lambda: world.time().timestamp())
        self.patches = [
            patch("flink_chaos.hooks.flink_chaos.FlinkChaosHook.run", lambda _hook, _key: stage.run()),
            patch("flink_chaos.hooks.flink_chaos.FlinkChaosHook.arun", arun),
            patch("flink_chaos.store.records.Store", Stores(stage)),
            patch("flink_chaos.hooks.slack.tell", lambda *_, **__: None),
            patch("flink_chaos.hooks.slack.tell_begin", lambda *_: None),
            patch("flink_chaos.hooks.slack.tell_fault", lambda *_: None),
            patch("flink_chaos.triggers.wait.asyncio", loop, create=True),
            patch("flink_chaos.triggers.wait.time", time, create=True),
            patch("flink_chaos.operators.base.time", time, create=True),
        ]

    def __enter__(self) -> None:
        for one in self.patches:
            one.start()

    def __exit__(self, *_: object) -> None:
        for one in self.patches:
            one.stop()
