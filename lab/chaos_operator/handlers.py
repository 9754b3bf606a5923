"""kopf's side: one daemon for each ChaosEngine, woken by every change of it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import kopf

from lab.chaos_operator import engine as engines
from lab.chaos_operator.cluster import GROUP, VERSION, Cluster

LOG = logging.getLogger(__name__)
FINALIZER = "chaosengine.litmuschaos.io/finalizer"
RETRY_SECONDS = 2.0
_cluster: list[Cluster] = []


@kopf.on.startup()
def configure(settings: kopf.OperatorSettings, **_: Any) -> None:
    """Use Litmus' finalizer, and write no events of kopf's own: clients read times from Litmus' events."""
    settings.persistence.finalizer = FINALIZER
    settings.posting.enabled = False
    _cluster.append(Cluster())


@kopf.on.event(GROUP, VERSION, "chaosengines")
async def wake(memo: kopf.Memo, **_: Any) -> None:
    """Let the engine's daemon look at once."""
    memo.setdefault("changed", asyncio.Event()).set()


@kopf.daemon(GROUP, VERSION, "chaosengines", cancellation_polling=engines.BUSY_SECONDS)
async def serve(*, stopped: Any, memo: Any, namespace: str | None, name: str, **_: Any) -> None:
    """Step the engine until it is deleted; the finalizer goes when this returns. The operator's own end aborts nothing."""
    changed: asyncio.Event = memo.setdefault("changed", asyncio.Event())
    while not stopped:
        changed.clear()
        await _wait(changed, await _step(str(namespace), name))
    await asyncio.to_thread(engines.abort, _cluster[0], str(namespace), name)


async def _step(namespace: str, name: str) -> float:
    try:
        return await asyncio.to_thread(engines.step, _cluster[0], namespace, name)
    except Exception:
        LOG.exception("engine %s/%s: this step failed and is tried again", namespace, name)
        return RETRY_SECONDS


async def _wait(changed: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(changed.wait(), seconds)
    except TimeoutError:
        return
