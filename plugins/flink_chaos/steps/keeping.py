"""Keeps the logs of both copies' pods before the pods vanish, beside the samples and never in their way."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.pods import pod_log, pods
from flink_chaos.flink.manifests import CONTAINER
from flink_chaos.model.base import Copy
from flink_chaos.model.logs import later, moment
from flink_chaos.model.plan import COPY_LABEL
from flink_chaos.model.text import TEXT, one_line
from flink_chaos.store.logs import MOST_BYTES, append_log, kept_until
from flink_chaos.store.records import StoreError

if TYPE_CHECKING:
    from flink_chaos.steps.run import Run

LINES = 10_000
"""Of one fetch, the last ones: six times what a failing job writes in ten seconds. Who writes more loses the middle."""

LAST_SECONDS = 10.0
"""How long an observer that ends waits for its last fetch."""

log = logging.getLogger(__name__)


def keep_logs_beside(run: Run) -> threading.Thread:
    """Fetch once in a thread of its own; while the last fetch is still at it, that one goes on and no other begins."""
    name = f"logs of {run.plan.run_key}"
    busy = next((thread for thread in threading.enumerate() if thread.name == name), None)
    thread = busy or threading.Thread(target=_keep_or_warn, args=(run,), name=name, daemon=True)
    if busy is None:
        thread.start()
    return thread


def keep_logs(run: Run) -> None:
    """Store what each pod of both copies has written since the last fetch; one that cannot be read is left out.

    Raises ClusterError when the pods cannot be listed.
    """
    for copy in Copy:
        for pod in pods(run.cluster, run.namespace, run.plan.labels | {COPY_LABEL: copy.value}):
            for previous in (True, False) if pod.restarts else (False,):
                with suppress(ClusterError, StoreError, OSError):
                    _keep(run, copy, pod.name, previous=previous)


def _keep(run: Run, copy: Copy, pod: str, *, previous: bool) -> None:
    """A container that was started again has another log; what it wrote before is fetched first."""
    last_ns = kept_until(run.attempt, copy, pod)
    text = pod_log(
        run.cluster,
        run.namespace,
        pod,
        CONTAINER,
        LINES,
        previous=previous,
        timed=True,
        since=moment(last_ns) if last_ns else None,
        most_bytes=MOST_BYTES,
    )
    append_log(run.attempt, copy, pod, *later(text, last_ns))


def _keep_or_warn(run: Run) -> None:
    """A log tells of a run and never changes it: what goes wrong is one line."""
    try:
        keep_logs(run)
    except Exception as error:  # noqa: BLE001
        log.warning("logs were not kept: %s", one_line(f"{type(error).__name__}: {error}", TEXT))
