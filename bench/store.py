"""How long lists and searches take by the number of stored runs: python bench/store.py 1000 5000 20000 (see README)."""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import time
import tracemalloc
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flink_chaos.cli.main import main as command
from flink_chaos.store.history import last_green
from flink_chaos.store.names import KEYS, PLAN, VERDICT, folders_of
from flink_chaos.store.records import ROOT, Store
from flink_chaos.verdict.judge import judge

from tests.unit.plans import a_plan, journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.store.records import Attempt


def main() -> None:
    """Print a line for each number of runs: the first list, which reads all, and then each of the four."""
    print(f"{'runs':>7}  first   list  filter  last green   show  MB of a list")
    for runs in map(int, sys.argv[1:] or ["1000"]):
        with tempfile.TemporaryDirectory() as folder:
            os.environ[ROOT] = folder
            newest = make(Path(folder), runs)
            time.sleep(3)  # what was written just now is not remembered
            first = measured(partial(command, ["runs"]), times=1)
            words = ["runs"], ["runs", "--outcome", "PASS", "--last", "10"], ["show", newest.plan().run_key]
            listed, chosen, shown = (measured(partial(command, [*one])) for one in words)
            green = measured(partial(last_green, newest))
            print(f"{runs:7} {first} {listed}  {chosen}      {green} {shown}         {peak():6.1f}")


def make(root: Path, runs: int) -> Attempt:
    """So many runs of the same test, of which only the first passed; the last one."""
    plan = json.loads(a_plan().model_dump_json(by_alias=True))
    verdict = json.loads(judge(a_plan(), journal()).model_dump_json())
    (root / KEYS).mkdir()
    for number in range(runs):
        names = {"run_key": f"r{number:010x}", "run_id": f"manual__{number}"}
        outcome = "FAIL" if number else "PASS"
        folder = root / folders_of("pod_delete")[0] / folders_of(names["run_id"])[0] / "1"
        folder.mkdir(parents=True)
        (folder / PLAN).write_text(json.dumps({**plan, **names, "created_at": f"2026-01-01T00:00:00.{number:06}Z"}))
        (folder / VERDICT).write_text(json.dumps({**verdict, **names, "outcome": outcome}))
        (root / KEYS / names["run_key"]).write_text(str(folder.relative_to(root)))
    return Store(str(root)).attempt(names["run_key"])


def measured(act: Callable[[], object], times: int = 3) -> str:
    """Seconds, the best of so many."""
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        with redirect_stdout(io.StringIO()):
            act()
        found.append(time.perf_counter() - begin)
    return f"{min(found):6.2f}"


def peak() -> float:
    """MB that a list takes at most."""
    tracemalloc.start()
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        command(["runs"])
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


if __name__ == "__main__":
    main()
