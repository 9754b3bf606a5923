"""Airflow's REST API, as any client would use it."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from lab.addresses import AIRFLOW
from lab.commands import LabError
from lab.parts.airflow import ADMIN, PASSWORD_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ENDED = ("success", "failed")
POLL_SECONDS = 2.0
_TIMEOUT_SECONDS = 30.0


class AirflowClient:
    """A logged-in user of the lab's Airflow."""

    def __init__(self) -> None:
        self._token = ""
        answer = self._send("POST", "/auth/token", {"username": ADMIN, "password": PASSWORD_FILE.read_text()})
        self._token = answer["access_token"]

    def wait_for_dag(self, dag_id: str, seconds: float = 120) -> None:
        """Wait until Airflow has read the DAG's file. Raises LabError when it does not come."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self._send("GET", f"/api/v2/dags/{dag_id}")
            except LabError as error:
                if time.monotonic() > deadline:
                    raise LabError(f"Airflow does not offer the DAG {dag_id}: {error}") from error
                time.sleep(POLL_SECONDS)
            else:
                return

    def trigger(self, dag_id: str, parameters: Mapping[str, Any]) -> str:
        """Start a run; its id."""
        body = {"logical_date": None, "conf": dict(parameters)}
        return str(self._send("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def pause(self, dag_id: str, *, paused: bool) -> None:
        """Let nobody execute runs of the DAG, or let them again."""
        self._send("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": paused})

    def backfill(self, dag_id: str, first: str, last: str, parameters: Mapping[str, Any], runs: int) -> None:
        """Make a run for each date, `runs` at a time; those that were made before are made again."""
        body: dict[str, Any] = {"dag_id": dag_id, "from_date": f"{first}T00:00:00Z", "to_date": f"{last}T00:00:00Z"}
        body |= {"dag_run_conf": dict(parameters), "max_active_runs": runs, "reprocess_behavior": "completed"}
        self._send("POST", "/api/v2/backfills", body)

    def fail(self, dag_id: str, run_id: str) -> None:
        """Mark a run as failed, as a person does who wants it to end."""
        self._send("PATCH", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}", {"state": "failed"})

    def run_ids(self, dag_id: str, prefix: str) -> list[str]:
        """Ids of the DAG's newest runs that begin so."""
        found = self._send("GET", f"/api/v2/dags/{dag_id}/dagRuns?order_by=-id&limit=100")["dag_runs"]
        return [str(run["dag_run_id"]) for run in found if run["dag_run_id"].startswith(prefix)]

    def state(self, dag_id: str, run_id: str) -> str:
        """State of a run; it is not the verdict."""
        return str(self._send("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def tasks(self, dag_id: str, run_id: str) -> dict[str, str]:
        """Task -> state, in the order in which they started."""
        found = self._send("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]
        ordered = sorted(found, key=lambda task: task["start_date"] or "~")
        return {task["task_id"]: task["state"] or "" for task in ordered}

    def task_id(self, dag_id: str, run_id: str, task: str) -> str:
        """Id of a task's instance: its process is named by it."""
        return str(self._send("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task}")["id"])

    def run_key(self, dag_id: str, run_id: str) -> str:
        """Key under which the run's record is stored. Raises LabError when it was never planned."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/plan/xcomEntries/return_value"
        return str(self._send("GET", path)["value"])

    def follow(self, dag_id: str, run_id: str, say: Callable[[str], None], seconds: float) -> str:
        """Tell each task's changes until the run has ended; its state. Raises LabError after `seconds`."""
        deadline = time.monotonic() + seconds
        known: dict[str, str] = {}
        while True:
            state = self.state(dag_id, run_id)
            for task, now in self.tasks(dag_id, run_id).items():
                if now != known.get(task) and now not in ("", "scheduled", "queued"):
                    say(f"{task:14} {now}")
                known[task] = now
            if state in ENDED:
                return state
            if time.monotonic() > deadline:
                raise LabError(f"run {run_id} of {dag_id} is still {state} after {seconds:.0f} s: {AIRFLOW}")
            time.sleep(POLL_SECONDS)

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        request = urllib.request.Request(AIRFLOW + path.replace("+", "%2B"), data=data, headers=headers, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")[:300]
            raise LabError(f"Airflow answers {error.code} to {method} {path}: {text}") from error
        except OSError as error:
            raise LabError(
                f"Airflow at {AIRFLOW} does not answer: {error}. `python -m lab status` tells more."
            ) from error
