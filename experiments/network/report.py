"""What a delay tells of itself: one annotation of the ChaosResult for each target, in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from experiments.result import OWN, Mark, mark_annotation
from experiments.targets import EXACT_PODS, Owner

if TYPE_CHECKING:
    from collections.abc import Mapping

Report = dict[str, Any]


def annotations_of_report(kind: str, number: int, pod: str, report: Mapping[str, object]) -> dict[str, str]:
    """`flink-chaos.io/<kind>-<number>` with the report, and Litmus' annotation of the pod. Kinds: delay, revert."""
    text = json.dumps({"pod": pod, **report})
    marked = mark_annotation(Owner(EXACT_PODS, pod), Mark(str(report["status"])))
    return {f"{OWN}{kind}-{number}": text, **{key: value for key, value in marked.items() if value}}


def reports_of(annotations: Mapping[str, str]) -> dict[str, Report]:
    """Reports by pod; a revert that came later has the last word on the status."""
    found: dict[str, Report] = {}
    for kind in ("delay-", "revert-"):
        for key in sorted(key for key in annotations if key.startswith(f"{OWN}{kind}")):
            report = json.loads(annotations[key])
            found[report["pod"]] = {**found.get(report["pod"], {}), **report}
    return found


def told(report: Report) -> str:
    """One sentence for events and logs; round trips in ms as before / during / after."""
    trips = [
        f"round trip to {trip['endpoint']} {' / '.join(str(trip[part]['median']) for part in PARTS)} ms"
        for trip in report.get("rtt", [])
    ]
    head = f"pod {report['pod']}: {report['status']}, {report.get('way', 'unknown way')}"
    return ", ".join([head, f"{report.get('packets', 0)} packets delayed", *trips])


PARTS = ("before", "during", "after")
