"""Verdicts as JUnit XML, for continuous integration: a suite for each run, a case for each demand of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from flink_chaos.model.text import cut, some_lines, visible
from flink_chaos.model.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.suite import SuiteLine, SuiteVerdict
    from flink_chaos.model.verdict import Line, Verdict

DOUBTFUL = (Outcome.INCONCLUSIVE, Outcome.ABORTED)


@dataclass(frozen=True)
class Result:
    """A run as it is stored; seconds from its plan to its last fact, None if there is none."""

    plan: RunPlan
    verdict: Verdict
    seconds: float | None


def junit(run: Result) -> str:
    """One run. A FAIL has failures; one that says nothing of the application is an error, and none of its lines is."""
    root = Element("testsuites")
    _run(root, f"{run.verdict.dag_id} {run.verdict.run_id} #{run.verdict.attempt}", run)
    return _text(root)


def suite_junit(verdict: SuiteVerdict, runs: Mapping[str, Result]) -> str:
    """All runs of a suite, each as `junit` has it; `runs` by name. One without a record is a single case."""
    root = Element("testsuites", name=_clean(f"{verdict.suite} {verdict.run_id} #{verdict.attempt}"))
    for line in verdict.lines:
        name = f"{verdict.suite}.{line.name}"
        run = runs.get(line.name)
        if run is None:
            suite = SubElement(root, "testsuite", name=_clean(name))
            _judged(SubElement(suite, "testcase", classname=_clean(line.fault), name="verdict"), line)
        else:
            _run(root, name, run)
    return _text(root)


def _run(root: Element, name: str, run: Result) -> None:
    plan, verdict = run.plan, run.verdict
    suite = SubElement(root, "testsuite", name=_clean(name))
    if run.seconds is not None:
        suite.set("time", f"{run.seconds:.3f}")
    properties = SubElement(suite, "properties")
    for key, value in _properties(plan, verdict).items():
        SubElement(properties, "property", name=key, value=_clean(value))
    for line in verdict.lines:
        _line(suite, verdict, line)
    if verdict.outcome in DOUBTFUL or not verdict.lines:
        _judged(SubElement(suite, "testcase", classname=_clean(plan.dag_id), name="verdict"), verdict)
    SubElement(suite, "system-out").text = "\n".join([*some_lines(verdict.reasons), *some_lines(verdict.notes)])


def _properties(plan: RunPlan, verdict: Verdict) -> dict[str, str]:
    return {
        "run_key": verdict.run_key,
        "pipeline": plan.pipeline.name,
        "fault": plan.fault.name,
        "guarantee": plan.request.delivery_guarantee,
        "environment": plan.environment.name,
        "contract": verdict.contract,
        "outcome": verdict.outcome,
    }


def _line(suite: Element, verdict: Verdict, line: Line) -> None:
    """A line that broke while something outside was to blame is skipped: it is no failure of the application."""
    case = SubElement(suite, "testcase", classname=_clean(verdict.dag_id), name=_clean(line.name))
    told = _clean(f"{line.seen}; demanded: {line.demanded}")
    if line.ok is False and verdict.outcome is Outcome.FAIL:
        SubElement(case, "failure", message=told)
    elif not line.ok:
        SubElement(case, "skipped", message=told)


def _judged(case: Element, verdict: Verdict | SuiteLine) -> None:
    told = _clean("; ".join(verdict.reasons))
    if verdict.outcome is Outcome.FAIL:
        SubElement(case, "failure", message=told)
    elif verdict.outcome in DOUBTFUL:
        SubElement(case, "error", type=verdict.outcome, message=told)
    elif verdict.outcome is Outcome.PLANNED:
        SubElement(case, "skipped", message=told)


def _text(root: Element) -> str:
    """With the counts that readers ask for."""
    for suite in root.iter("testsuite"):
        cases = list(suite.iter("testcase"))
        suite.set("tests", str(len(cases)))
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(name, str(sum(case.find(tag) is not None for case in cases)))
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    """What XML 1.0 does not allow, not even escaped, is told visibly; and what acts where the file is shown."""
    return visible(cut(text))
