"""Verdicts as JUnit XML, for continuous integration: a suite for each run, a case for each demand of the contract."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from flink_chaos.model.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flink_chaos.model.suite import SuiteVerdict
    from flink_chaos.model.verdict import Line, Verdict

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 does not allow, not even escaped."""

DOUBTFUL = (Outcome.INCONCLUSIVE, Outcome.ABORTED)


def junit(verdict: Verdict) -> str:
    """One run. A FAIL has failures; one that says nothing of the application is an error, and none of its lines is."""
    root = Element("testsuites")
    _run(root, verdict)
    return _text(root)


def suite_junit(verdict: SuiteVerdict) -> str:
    """One suite: a case for each of its runs."""
    root = Element("testsuites")
    suite = SubElement(root, "testsuite", name=_clean(f"{verdict.dag_id} {verdict.suite}"))
    for line in verdict.lines:
        case = SubElement(suite, "testcase", classname=_clean(line.fault), name=_clean(line.name))
        if line.seconds is not None:
            case.set("time", f"{line.seconds:.3f}")
        _judged(case, line.outcome, line.reasons)
    return _text(root)


def _run(root: Element, verdict: Verdict) -> None:
    name = f"{verdict.dag_id} {verdict.run_id} #{verdict.attempt}"
    suite = SubElement(root, "testsuite", name=_clean(name))
    properties = SubElement(suite, "properties")
    for key, value in (("run_key", verdict.run_key), ("outcome", verdict.outcome), ("contract", verdict.contract)):
        SubElement(properties, "property", name=key, value=_clean(value))
    for line in verdict.lines:
        _line(suite, verdict, line)
    if verdict.outcome in DOUBTFUL or not verdict.lines:
        _judged(
            SubElement(suite, "testcase", classname=_clean(verdict.dag_id), name="verdict"),
            verdict.outcome,
            verdict.reasons,
        )
    SubElement(suite, "system-out").text = _clean("\n".join(verdict.reasons))


def _line(suite: Element, verdict: Verdict, line: Line) -> None:
    """A line that broke while something outside was to blame is skipped: it is no failure of the application."""
    case = SubElement(suite, "testcase", classname=_clean(verdict.dag_id), name=_clean(line.name))
    told = _clean(f"{line.seen}; demanded: {line.demanded}")
    if line.ok is False and verdict.outcome is Outcome.FAIL:
        SubElement(case, "failure", message=told)
    elif not line.ok:
        SubElement(case, "skipped", message=told)


def _judged(case: Element, outcome: Outcome, reasons: Sequence[str]) -> None:
    told = _clean("; ".join(reasons))
    if outcome is Outcome.FAIL:
        SubElement(case, "failure", message=told)
    elif outcome in DOUBTFUL:
        SubElement(case, "error", type=outcome, message=told)
    elif outcome is Outcome.PLANNED:
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
    return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
