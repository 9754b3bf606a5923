"""Faults planted by hand into judge, waits and undo: each must be found by some world, or worlds see nothing.

`where` is the name that is replaced, as `module:name` or `module:class.name`; `plant` makes the wrong one of the right one.
"""

from __future__ import annotations

import contextlib
import importlib
import re
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from flink_chaos.cluster.resources import CHAOS_ENGINES
from flink_chaos.model.facts import FaultStarted, Loaded
from flink_chaos.model.plan import RUN_LABEL
from flink_chaos.model.running_facts import Running
from flink_chaos.steps.run import StepError

from tests.simulation.scenario import AT_LEAST_ONCE, JANITOR, STRANGER, Scenario, Trouble
from tests.simulation.world import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


IDS = re.compile(r"([\d,]+) of ([\d,]+) ids")


@dataclass(frozen=True)
class Planted:
    """One fault."""

    kind: str
    """A letter of the table of kinds in docs."""
    told: str
    shown_by: Scenario
    """A world that shows it, so that the suite needs no search."""
    wrongs: dict[str, Callable[[Any], Any]]


def _nothing(_right: Any) -> Any:
    return lambda *_, **__: iter(())


def _without_line(word: str) -> Callable[[Any], Any]:
    """The lines whose name holds the word are left out."""
    return lambda right: lambda *given: [line for line in right(*given) if word not in line.name]


def _always(word: str) -> Callable[[Any], Any]:
    """The lines whose name holds the word are met."""
    return lambda right: (
        lambda *given: [line.model_copy(update={"ok": True}) if word in line.name else line for line in right(*given)]
    )


def _outcome_without_failures(right: Any) -> Any:
    """A step that failed is no reason, and what nobody saw is met."""

    def outcome(plan: Any, journal: Any, lines: Any) -> Any:
        kept = type(journal)([fact for fact in journal.facts if fact.kind != "step_failed"])
        return right(plan, kept, [line.model_copy(update={"ok": line.ok is not False}) for line in lines])

    return outcome


def _forgetful_inject(right: Any) -> Any:
    """Called again, it breaks the copy again."""

    def inject(run: Any, aim: Any = None) -> None:
        from flink_chaos.litmus.engine import engine_manifest
        from flink_chaos.steps.aiming import take_aim

        if run.journal.last(FaultStarted) is None:
            return right(run, aim)
        made = engine_manifest(run.plan, take_aim(run))
        made["metadata"]["name"] += "-again"
        run.cluster.create(CHAOS_ENGINES, run.namespace, made)
        return None

    return inject


def _raises_key_error(right: Any) -> Any:
    """It takes for granted that no node has a taint."""

    def room(run: Any) -> Any:
        from flink_chaos.cluster.resources import NODES

        if any(node["spec"].get("taints") for node in run.cluster.list(NODES, None)):
            raise KeyError("allocatable")
        return right(run)

    return room


def _nothing_is_left(_right: Any) -> Any:
    """What has not our label is not ours."""
    return lambda item, key, _uids=(): (item["metadata"].get("labels") or {}).get(RUN_LABEL) == key


def _all_felt(right: Any) -> Any:
    """Every kind of fault is felt."""
    return {kind: lambda _scene: (True, "surely felt", {}) for kind in right}


def _unlocked(_right: Any) -> Any:
    return lambda _run: True


def _told_and_gone(right: Any) -> Any:
    """A group that cannot be deleted now is forgotten."""

    def delete(run: Any) -> list[str]:
        right(run)
        return []

    return delete


def _by_commits(_right: Any) -> Any:
    """What is not committed is not read."""
    return lambda _kafka, _topic, _end, found: found.lag == 0


def _by_two_clocks(_right: Any) -> Any:
    """The JobManager's time of a checkpoint against the worker's time of the last record."""

    def unflushed(run: Any, _copy: Any, _job: Any, seen: Any, _read: Any) -> str:
        since = run.journal.last(Loaded).at.timestamp() * 1000
        return "" if seen.latest_trigger_ms > since else "no checkpoint since the last record"

    return unflushed


def _asked_once(_right: Any) -> Any:
    """The first answer of the API server is the last."""
    return lambda act, *_, **__: act(0)


def _check_is_fine(name: str) -> Callable[[Any], Any]:
    """One of the preflight's checks looks at nothing."""
    return lambda right: {**right, name: lambda _run: "fine"}


def _harmless(right: Any) -> Any:
    """What runs otherwise than planned is only noted."""

    def see(run: Any, *given: Any) -> Any:
        with contextlib.suppress(StepError):
            return right(run, *given)
        return run.journal.last(Running)

    return see


def _no_restart(_right: Any) -> Any:
    return lambda *_: ""


def _older_are_fine(right: Any) -> Any:
    """Whoever begins before the run demands nothing."""

    def lines(plan: Any, *given: Any) -> Any:
        fine = plan.request.offsets != "to-latest"
        return [line.model_copy(update={"ok": fine or line.ok}) for line in right(plan, *given)]

    return lines


def _each_id_is_enough(right: Any) -> Any:
    """Nothing is lost as long as each id is there."""

    def whole(line: Any) -> Any:
        found = IDS.search(line.seen)
        return line.model_copy(update={"ok": True}) if found and found[1] == found[2] else line

    return lambda *given: [whole(line) for line in right(*given)]


PLANTED = (
    Planted(
        "G",
        "of records of earlier runs nothing is demanded",
        Scenario(behaviour="older-spoiling", offsets="shift-by:-3"),
        {"flink_chaos.verdict.judge:contract_lines": _older_are_fine},
    ),
    Planted(
        "H",
        "one record of an id stands for all that there should be",
        Scenario(fault="pod_delete", behaviour="thinning"),
        {"flink_chaos.verdict.judge:contract_lines": _each_id_is_enough},
    ),
    Planted(
        "A",
        "changed values reach no line",
        Scenario(fault="pod_delete", behaviour="forgetful"),
        {"flink_chaos.verdict.judge:contract_lines": _without_line("changed")},
    ),
    Planted(
        "A2",
        "a run that broke off is judged by what there is",
        Scenario(fault="pod_delete", troubles=(Trouble("process killed", "steady"),)),
        {
            "flink_chaos.verdict.judge:_outcome": _outcome_without_failures,
            "flink_chaos.verdict.doubts:comparison_doubts": _nothing,
            "flink_chaos.verdict.doubts:missing_facts": _nothing,
            "flink_chaos.verdict.doubts:_before": _nothing,
            "flink_chaos.verdict.doubts:_load": _nothing,
            "flink_chaos.verdict.doubts:_control": _nothing,
            "flink_chaos.verdict.doubts:_fault": _nothing,
        },
    ),
    Planted(
        "A3",
        "a lost order is met",
        Scenario(fault="pod_delete", behaviour="reordering"),
        {"flink_chaos.verdict.judge:contract_lines": _always("order")},
    ),
    Planted(
        "B",
        "a fault that hit nothing that mattered counts",
        Scenario(fault="pod_delete", strike_after=64, interval=2),
        {"flink_chaos.verdict.doubts:effect_doubts": _nothing},
    ),
    Planted(
        "B",
        "what Litmus did not do counts as felt",
        Scenario(fault="pod_delete", troubles=(Trouble("litmus strikes nothing"),)),
        {
            "flink_chaos.verdict.doubts:missing_facts": _nothing,
            "flink_chaos.steps.injecting:EVIDENCE": _all_felt,
            "flink_chaos.verdict.doubts:_fault": _nothing,
            "flink_chaos.verdict.doubts:effect_doubts": _nothing,
        },
    ),
    Planted(
        "C",
        "nobody looks at the control",
        Scenario(fault="pod_delete", troubles=(Trouble("control gives up", "steady", 3.0),)),
        {
            "flink_chaos.verdict.doubts:missing_facts": _nothing,
            "flink_chaos.verdict.doubts:comparison_doubts": _nothing,
            "flink_chaos.verdict.doubts:_control": _nothing,
        },
    ),
    Planted(
        "M",
        "what an operator leaves behind is not looked for",
        Scenario(troubles=(Trouble("operator leaves things"),)),
        {"flink_chaos.steps.owned:belongs": _nothing_is_left},
    ),
    Planted(
        "M",
        "a group that cannot be deleted is forgotten",
        Scenario(troubles=(Trouble("kafka down", "judging", 0.0, 30.0),)),
        {"flink_chaos.steps.undoing:_delete_groups": _told_and_gone},
    ),
    Planted("M", "the lock is not given back", Scenario(), {"flink_chaos.steps.undoing:give_back": _unlocked}),
    Planted(
        "M",
        "a node that the run cordoned stays so",
        Scenario(fault="node_drain", troubles=(Trouble("litmus leaves its cordon"),)),
        {
            "flink_chaos.steps.undoing:take_nodes_back": _unlocked,
        },
    ),
    Planted(
        "N",
        "a bare KeyError reaches a person",
        Scenario(fault="pod_delete", troubles=(Trouble("nodes tainted"),)),
        {"flink_chaos.steps.cluster_checks:room_for": _raises_key_error},
    ),
    Planted(
        "D",
        "what is not committed is not read",
        Scenario(fault="pod_delete", troubles=(Trouble("commits stay behind"),)),
        {"flink_chaos.steps.draining:is_read": _by_commits},
    ),
    Planted(
        "E",
        "times of two clocks are compared",
        Scenario(fault="pod_delete", troubles=(Trouble("clock behind", seconds=600),)),
        {"flink_chaos.steps.draining:unflushed": _by_two_clocks},
    ),
    Planted(
        "F",
        "a short outage of the API server ends the run",
        Scenario(fault="pod_delete", troubles=(Trouble("api 503", "targets_chosen", 0.0, 10.0),)),
        {"flink_chaos.cluster.objects:repeated": _asked_once, "flink_chaos.cluster.transport:repeated": _asked_once},
    ),
    Planted(
        "F",
        "what others did to a copy is blamed on the application",
        Scenario(guarantee=AT_LEAST_ONCE, troubles=(Trouble("chaos killed by others", "steady", 6.0),)),
        {
            "flink_chaos.verdict.doubts:trouble_doubts": _nothing,
            "flink_chaos.verdict.findings:unplanned_restart": _no_restart,
        },
    ),
    Planted(
        "I",
        "a job that promises less is judged as if it did not",
        Scenario(troubles=(Trouble("weaker mode"),)),
        {"flink_chaos.verdict.doubts:running_doubts": _nothing},
    ),
    Planted(
        "I",
        "both copies may keep their state in one folder",
        Scenario(fault="pod_delete", troubles=(Trouble("shared state"),)),
        {"flink_chaos.steps.deploying:see_running": _harmless},
    ),
    Planted(
        "J",
        "a topic may be compacted",
        Scenario(fault="pod_delete", behaviour="repeating", troubles=(Trouble("sink compacted"),)),
        {
            "flink_chaos.verdict.doubts:topic_doubts": _nothing,
            "flink_chaos.steps.preflight:CHECKS": _check_is_fine("topic settings"),
        },
    ),
    Planted(
        "K",
        "workers and pods may be connected to two clusters",
        Scenario(troubles=(Trouble("two Kafka clusters"),)),
        {"flink_chaos.steps.preflight:CHECKS": _check_is_fine("same kafka")},
    ),
    Planted(
        "B",
        "a task that runs again breaks the copy again",
        Scenario(fault="pod_delete", airflow=True, troubles=(Trouble("inject runs again"),)),
        {"flink_chaos.steps.injecting:inject": _forgetful_inject},
    ),
    Planted(
        "M",
        "a removal waits for the store",
        Scenario(fault="pod_delete", troubles=(Trouble("store full", "steady", 1.0, LONGEST),)),
        {"flink_chaos.steps.remains:Notes.append": lambda _right: lambda notes, fact: notes.attempt.append(fact)},
    ),
    Planted(
        "M",
        "a silent run is not found by its lock",
        Scenario(fault="pod_delete", rescue=JANITOR, troubles=(Trouble("process killed", "fault_started", 1.0),)),
        {
            "flink_chaos.steps.abandoned:all_held": _nothing,
            "flink_chaos.steps.abandoned:_keys_of_objects": _nothing,
        },
    ),
    Planted(
        "M",
        "consumer groups are not found without their run's record",
        Scenario(fault="pod_delete", rescue=STRANGER, troubles=(Trouble("process killed", "fault_started", 1.0),)),
        {"flink_chaos.steps.undoing:groups_ending": lambda _right: lambda *_: []},
    ),
)


@contextmanager
def growing(planted: Planted) -> Iterator[None]:
    """With the fault in place."""
    with ExitStack() as stack:
        for where, plant in planted.wrongs.items():
            module, _, path = where.partition(":")
            owner: Any = importlib.import_module(module)
            *above, name = path.split(".")
            for part in above:
                owner = getattr(owner, part)
            stack.enter_context(patch.object(owner, name, plant(getattr(owner, name))))
        yield


def found_after(planted: Planted, play: Callable[[int], list[str]], worlds: int, first: int = 1) -> tuple[int, str]:
    """How many worlds it took, and what was wrong; 0 if it was not found."""
    with growing(planted):
        for number in range(worlds):
            if wrong := play(first + number):
                return number + 1, wrong[0]
    return 0, ""
