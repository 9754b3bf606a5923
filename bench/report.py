"""How long report.html takes and how large it is, by the minutes observed: python bench/report.py 30 (see README)."""

from __future__ import annotations

import sys
import time

from flink_chaos.model.base import Copy
from flink_chaos.model.observation import Observation
from flink_chaos.report.page import page
from flink_chaos.verdict.judge import judge

from tests.unit.observed import checkpoint, facts, sample
from tests.unit.plans import a_plan, journal


def main() -> None:
    """Print a line for each length: a sample a second of both copies, a checkpoint every five seconds."""
    print("minutes  judge s  page s  kB")
    for minutes in map(int, sys.argv[1:] or ["30"]):
        seconds, plan, found = 60 * minutes, a_plan(), journal(*facts())
        looks = [sample(copy, at, back=seconds // 2) for at in range(seconds) for copy in Copy]
        seen = Observation([*looks, *(checkpoint(at, at) for at in range(0, seconds, 5))])
        begin = time.monotonic()
        verdict = judge(plan, found, seen)
        judged = time.monotonic()
        text = page(plan, found, verdict, seen)
        print(f"{minutes:7}  {judged - begin:7.2f}  {time.monotonic() - judged:6.2f}  {len(text.encode()) / 1000:4.0f}")


if __name__ == "__main__":
    main()
