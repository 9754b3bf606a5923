"""Compares what the run said with what is true. Each violation is one line that begins with its kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.resources import (
    CHAOS_ENGINES,
    CHAOS_RESULTS,
    CONFIG_MAPS,
    FLINK_DEPLOYMENTS,
    JOBS,
    LEASES,
    NODES,
    PODS,
)
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import FaultStarted, Undone
from flink_chaos.model.verdict import Outcome

from tests.simulation.scenario import EXACTLY_ONCE, PERSON, STRANGER
from tests.simulation.truth import orderly, outputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.verdict import Verdict

    from tests.simulation.scenario import Scenario
    from tests.simulation.stage import Stage
    from tests.simulation.truth import Outputs, Truth

PYTHON = re.compile(
    r"\b(KeyError|AttributeError|TypeError|IndexError|ValueError|AssertionError|StopIteration|UnboundLocalError|NameError|RuntimeError"
    r"|ValidationError|ZeroDivisionError|JSONDecodeError|Traceback|NoneType)\b|object has no attribute|not subscriptable"
)
OUTAGES = (
    "kafka down",
    "kafka down, clients stuck",
    "kafka moving",
    "api refused",
    "api 429",
    "api 500",
    "api 503",
    "api lost",
    "api 409",
    "gateway down",
    "node not ready",
)
SHORT_SECONDS = 20.0
STAYS = ("not all was taken away", "nothing left but")
HARMLESS = (
    "commits stay behind",
    "clock ahead",
    "clock behind",
    "failed before the first deployment",
    "operator gives up savepoint",
    "loader with transactions",
)
"""Troubles that no verdict may depend on: bookkeeping and clocks."""

KINDS = (PODS, CONFIG_MAPS, JOBS, FLINK_DEPLOYMENTS, CHAOS_ENGINES, CHAOS_RESULTS, LEASES)


@dataclass
class Ending:
    """How a world ended."""

    scenario: Scenario
    stage: Stage
    truth: Truth
    verdict: Verdict | None
    killed: bool
    said: str
    error: BaseException | None = None


def violations(end: Ending) -> list[str]:
    """Everything that is wrong about it."""
    found = [*_told(end), *_once(end), *_residue(end)]
    if end.verdict is not None:
        found += [*_outcome(end, end.verdict), *_gave_way(end, end.verdict)]
    return found


def _gave_way(end: Ending, verdict: Verdict) -> Iterator[str]:
    """A short outage of one system that the run only asks costs seconds, and never the run."""
    short = [one for one in end.scenario.troubles if one.name in OUTAGES and one.seconds <= SHORT_SECONDS]
    if (
        not end.stage.behaviour.flawed
        and len(end.scenario.troubles) == len(short) == 1
        and verdict.outcome is Outcome.ABORTED
    ):
        yield f"gave way: ABORTED by {short[0]}: {'; '.join(verdict.reasons)[:400]}"


def _outcome(end: Ending, verdict: Verdict) -> Iterator[str]:
    scenario, stage = end.scenario, end.stage
    chaos = outputs(stage, Copy.CHAOS)
    held = chaos.held(scenario.guarantee, orderly=orderly(scenario), ordered=bool(stage.plan.pipeline.output.order))
    effect = scenario.fault == "no_fault" or end.truth.effect
    reasons = "; ".join(verdict.reasons)[:400]
    if verdict.outcome is Outcome.PASS and not held and not _excused(end, chaos):
        yield f"wrong PASS: {chaos}"
    if verdict.outcome is Outcome.PASS and not effect:
        yield f"wrong PASS: the fault hit nothing that mattered: {end.truth.strikes}"
    yield from _believed(end, verdict)
    if verdict.outcome is Outcome.FAIL and not _guilty(end, held=held):
        yield f"wrong FAIL: {chaos}; {reasons}"
    if all(one.name in HARMLESS for one in scenario.troubles) and (
        scenario.fault == "no_fault" or end.truth.plain_effect
    ):
        yield from _plain(end, verdict, held=held)


def _believed(end: Ending, verdict: Verdict) -> Iterator[str]:
    """What runs must be what was planned, and where it was planned."""
    begun = end.stage.troubles_begun
    journal = end.stage.attempt.journal()
    if (
        "weaker mode" in begun
        and end.scenario.guarantee == EXACTLY_ONCE
        and verdict.outcome in (Outcome.PASS, Outcome.FAIL)
    ):
        yield f"believed: {verdict.outcome} of a job that runs AT_LEAST_ONCE"
    if "shared state" in begun and (journal.last(FaultStarted) or verdict.outcome is Outcome.PASS):
        yield "endangered: went on with both copies' state in one folder"
    if "two Kafka clusters" in begun and end.stage.applied:
        yield "wrong place: applications were started beside another Kafka than the one that was looked at"


def _excused(end: Ending, chaos: Outputs) -> bool:
    """Under AT_LEAST_ONCE a restart that others brought about may duplicate records in any run."""
    return bool(end.stage.outside) and chaos.held(end.scenario.guarantee, orderly=False, ordered=False)


def _guilty(end: Ending, *, held: bool) -> bool:
    """Whether the application itself broke the contract or never came back."""
    behaviour = end.stage.behaviour
    return (behaviour.flawed and (not held or _gave_up(end) or behaviour.hangs)) or _by_design(end, held=held)


def _by_design(end: Ending, *, held: bool) -> bool:
    """A drill that throws the state away, or resumes what was never finished, is not the world's fault."""
    drill = end.scenario.fault == "savepoint" and end.scenario.upgrade_mode != "savepoint"
    return drill and not held


def _gave_up(end: Ending) -> bool:
    return any("  chaos-" in line and line.endswith(": gives up") for line in end.stage.world.story)


def _plain(end: Ending, verdict: Verdict, *, held: bool) -> Iterator[str]:
    """Without any trouble nobody may hide."""
    broken = not held or _gave_up(end)
    wanted = Outcome.FAIL if broken else Outcome.PASS
    hung = end.stage.behaviour.hangs
    if verdict.outcome is not wanted and not (hung and verdict.outcome is Outcome.FAIL):
        yield f"hiding: {verdict.outcome} where nothing was in the way of {wanted}: {'; '.join(verdict.reasons)[:400]}"


def _told(end: Ending) -> Iterator[str]:
    if end.error is not None:
        yield f"bare error: {type(end.error).__name__}: {str(end.error)[:300]}"
    if end.verdict is None:
        if not _cannot_be_stored(end):
            yield "untold end: there is no verdict"
    elif not end.verdict.reasons:
        yield "untold end: the verdict has no reason"
    texts = [
        *(str(fact.model_dump()) for fact in end.stage.attempt.facts),
        end.said,
        *(end.verdict.reasons if end.verdict else []),
    ]
    for text in texts:
        if match := PYTHON.search(text):
            around = text[max(0, match.start() - 100) : match.end() + 100].replace("\n", " ")
            yield f"bare error in a message: ...{around}..."
            return


def _cannot_be_stored(end: Ending) -> bool:
    """Nobody but a person would see a verdict that has no place: the janitor tells what it took away."""
    scenario = end.scenario
    full = "store full" in end.stage.troubles_begun and scenario.rescue != PERSON
    return end.killed and (full or scenario.rescue == STRANGER)


def _once(end: Ending) -> Iterator[str]:
    engines = [name for plural, name in end.stage.kubernetes.created if plural == "chaosengines"]
    drills = end.truth.drills
    if len(engines) > 1 or drills > 1:
        yield f"second injection: {engines}, {drills} drills"
    struck = sum(one.strikes for one in end.stage.litmus.experiments.values())
    if struck > 1:
        yield f"second injection: {struck} strikes"
    undone = end.stage.attempt.journal().last(Undone)
    at = (undone.at - end.stage.world.time(0)).total_seconds() if undone and not undone.residue else None
    if at is not None and any(strike.at > at for strike in end.truth.strikes):
        yield "late strike: after everything was taken away"


def _residue(end: Ending) -> Iterator[str]:
    left = list(_left(end.stage))
    undone = end.stage.attempt.journal().last(Undone)
    said = [end.said, *end.stage.world.story]
    told = (undone.residue if undone else []) or any(words in text for words in STAYS for text in said)
    if left and not told:
        yield f"residue: {', '.join(left)}, and nobody was told"


def _left(stage: Stage) -> Iterator[str]:
    key = stage.plan.run_key
    for kind in KINDS:
        for found in stage.kubernetes.all(kind):
            name = found["metadata"]["name"]
            if (
                key in name
                or key in str(found["metadata"].get("labels", {}))
                or key in str(found.get("spec", {}).get("holderIdentity"))
            ):
                yield f"{kind.plural}/{name}"
    yield from (f"group {name}" for name in stage.kafka.groups if key in name)
    yield from (f"node {n['metadata']['name']} is cordoned" for n in stage.kubernetes.all(NODES) if _cordoned(n))


def _cordoned(node: dict[str, Any]) -> bool:
    return bool(node["spec"].get("unschedulable"))
