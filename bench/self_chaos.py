"""Chaos among our own parts: runs on the lab's Airflow, in each of which one part is killed or cut at a random second.

python -m bench.self_chaos RUNS SEED FILE      a line of JSON for each run is added to FILE (see README)
python -m bench.self_chaos FILE                its table
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab import supervisor
from lab.airflow_client import ENDED, AirflowClient
from lab.commands import LabError
from lab.paths import RUNS
from tests.e2e.runs import SHORT, attempt_of, engines_created, left_behind, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DAG = "pod_delete"
LAST_SECOND = 220.0
"""After the trigger: about the length of such a run."""

CUT_SECONDS = 20.0
PROGRAMS = {
    "scheduler": ("airflow", "airflow-scheduler"),
    "triggerer": ("airflow", "airflow-triggerer"),
    "api-server": ("airflow", "airflow-api-server"),
    "dag-processor": ("airflow", "airflow-dag-processor"),
    "Postgres": ("postgres", "postgres"),
    "Kafka": ("kafka", "kafka"),
    "API server": ("control-plane", "kube-apiserver"),
    "HDFS": ("hdfs", "hdfs-namenode"),
}
"""What is killed or stopped -> the lab's part and program."""

IN_PODS = {"gateway": "table.gateway.SqlGateway", "JobManagers": "KubernetesApplicationClusterEntrypoint"}
"""What is only stopped -> words of its command: killed, the JobManagers would be one more fault of the test."""

TASK = "^airflow worker -- [0-9a-f]{8}-"
"""Title of a task's process. The executor's own workers have no id in theirs: killed, they take queued tasks along."""

VICTIMS = (*PROGRAMS, *IN_PODS, "task", "disk", "nothing")
HOW = dict.fromkeys(PROGRAMS, ("killed", "cut")) | dict.fromkeys(IN_PODS, ("cut",))
HOW |= {"task": ("killed",), "disk": ("full",)}
JANITOR_SECONDS = 1800.0
RUN_SECONDS = 2400.0
STORE_BYTES = 2 << 30


def main(words: list[str]) -> None:
    """Run, or tell what a file holds."""
    if len(words) == 1:
        return table([json.loads(line) for line in Path(words[0]).read_text().splitlines()])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing stays mounted
    runs, seed, file = int(words[0]), int(words[1]), Path(words[2])
    with small_store():
        for number in range(seed, seed + runs):
            line = json.dumps(one_run(number))
            print(line, flush=True)
            with file.open("a") as out:
                out.write(line + "\n")
    return None


def one_run(seed: int) -> dict[str, Any]:
    """One run, and what became of it."""
    chance = random.Random(seed)
    victim, second = VICTIMS[seed % len(VICTIMS)], round(chance.uniform(1, LAST_SECOND), 1)
    how = chance.choice(HOW.get(victim, ("spared",)))
    begin = time.monotonic()
    run_id = asked(lambda client: client.trigger(DAG, SHORT))
    time.sleep(second)
    struck = strike(victim, how)
    state = ended(run_id)
    lasted = time.monotonic() - begin
    return {"seed": seed, "victim": victim, "how": how, "second": second, "struck": struck, "state": state} | told(
        run_id, lasted
    )


def told(run_id: str, lasted: float) -> dict[str, Any]:
    """What stands in the store, the cluster and the audit log after the end."""
    key = key_of(run_id)
    if key is None:
        return {"run_key": None, "outcome": "never planned", "seconds": round(lasted), "memory": memory()}
    left = after = left_behind(key)
    begin = time.monotonic()
    while after and time.monotonic() - begin < JANITOR_SECONDS:
        time.sleep(10)
        after = left_behind(key)
    verdict = attempt_of(key).verdict()
    return {
        "run_key": key,
        "outcome": verdict.outcome if verdict else "none",
        "reasons": verdict.reasons[:2] if verdict else [],
        "seconds": round(lasted),
        "injections": engines_created(key),
        "left_at_its_end": left,
        "left_after_the_janitor": after,
        "janitor_seconds": round(time.monotonic() - begin) if left else 0,
        "memory": memory(),
    }


def key_of(run_id: str) -> str | None:
    """None when it was never planned."""
    with suppress(LabError):
        return asked(lambda client: client.run_key(DAG, run_id), seconds=20)
    return None


def asked(question: Callable[[AirflowClient], str], seconds: float = 300) -> str:
    """Ask Airflow until it answers: its API server may be the part that was killed."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return question(AirflowClient())
        except LabError:
            if time.monotonic() > deadline:
                raise
            time.sleep(2)


def ended(run_id: str) -> str:
    """The state in which the run ended; `running` when it never did."""

    def state() -> str:
        found = asked(lambda client: client.state(DAG, run_id))
        return found if found in ENDED else ""

    with suppress(AssertionError):
        return str(until(state, RUN_SECONDS))
    return "running"


def strike(victim: str, how: str) -> str:
    """Kill the victim, stop it for a while, or fill the disk; what was hit."""
    if victim == "disk":
        return fill()
    pids = pids_of(victim)
    if how == "cut":
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(CUT_SECONDS)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT if how == "cut" else signal.SIGKILL)
    return " ".join(map(str, pids))


def pids_of(victim: str) -> list[int]:
    """Its processes of the moment."""
    if victim == "task":
        return tasks()
    if victim in IN_PODS:
        return running(IN_PODS[victim])
    return [pid_of(*PROGRAMS[victim])] if victim in PROGRAMS else []


def pid_of(group: str, name: str) -> int:
    """Process of a program of the lab."""
    (pid,) = (info["pid"] for info in supervisor.processes(group) if info["name"] == name)
    return int(pid)


def tasks() -> list[int]:
    """Processes of the tasks at work, as soon as there are any; none in a run that waits for its triggers alone."""
    with suppress(AssertionError):
        return list(until(lambda: running(TASK), 60))  # type: ignore[call-overload,no-any-return]
    return []


def running(pattern: str) -> list[int]:
    """Processes whose command matches."""
    listed = subprocess.run(["pgrep", "-f", pattern], capture_output=True, text=True, check=False)
    return [int(pid) for pid in listed.stdout.split()]


def fill() -> str:
    """Leave no byte free in the store for a while."""
    ballast = RUNS / "ballast"
    status = os.statvfs(RUNS)
    with ballast.open("wb") as file, suppress(OSError):
        os.posix_fallocate(file.fileno(), 0, status.f_bavail * status.f_frsize)
    time.sleep(3 * CUT_SECONDS)
    size = ballast.stat().st_size
    ballast.unlink()
    return f"{size >> 20} MiB"


@contextmanager
def small_store() -> Iterator[None]:
    """A file system of its own where the store is, so that it alone can be full. Its records are lost afterwards."""
    while RUNS.is_mount():  # of one that was killed
        subprocess.run(["umount", "--lazy", RUNS], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={STORE_BYTES}", "self-chaos", RUNS], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", RUNS], check=True)


def memory() -> dict[str, float]:
    """Resident MB of the long-lived processes, and the process: a new one is no growth."""
    found = {}
    for name in ("scheduler", "triggerer", "api-server", "dag-processor"):
        with suppress(ValueError, OSError):
            pid = pid_of(*PROGRAMS[name])
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            found[f"{name} {pid}"] = round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
    return found


def table(runs: list[dict[str, Any]]) -> None:
    """Outcomes by victim, and the sums that must be zero."""
    print("| victim | runs | outcomes | longest, s |\n|---|---|---|---|")
    for victim in VICTIMS:
        of_it = [run for run in runs if run["victim"] == victim]
        outcomes = Counter(run["outcome"] for run in of_it)
        shown = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
        print(f"| {victim} | {len(of_it)} | {shown} | {max((run['seconds'] for run in of_it), default=0)} |")
    for what, is_so in SUMS.items():
        print(f"{what}: {sum(map(is_so, runs))} of {len(runs)}")
    grown = partial(growth, runs)
    print("memory, MB from first to last:", ", ".join(f"{name} {grown(name)}" for name in first_names(runs)))


SUMS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "never ended": lambda run: run["state"] not in ENDED,
    "ended without a verdict": lambda run: run["outcome"] == "none",
    "injected twice": lambda run: run.get("injections", 0) > 1,
    "left something at the end": lambda run: bool(run.get("left_at_its_end")),
    "left something after the janitor": lambda run: bool(run.get("left_after_the_janitor")),
}


def first_names(runs: list[dict[str, Any]]) -> list[str]:
    """Processes that lived through more than one run."""
    lived = Counter(name for run in runs for name in run["memory"])
    return [name for name, times in lived.items() if times > 1]


def growth(runs: list[dict[str, Any]], name: str) -> str:
    """From the first run to the last one that it lived through."""
    sizes = [run["memory"][name] for run in runs if name in run["memory"]]
    return f"{sizes[0]:.0f}-{sizes[-1]:.0f} ({len(sizes)} runs)"


if __name__ == "__main__":
    main(sys.argv[1:])
