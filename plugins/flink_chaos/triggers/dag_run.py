"""Waits for the end of a run of another DAG."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from flink_chaos.hooks import dag_runs
from flink_chaos.triggers.wait import SETTLE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

POLL_SECONDS = 5.0


class RunEndTrigger(BaseTrigger):
    """Fires when the run has ended, whatever it ended with, or when the deadline has passed.

    :param deadline: seconds since the epoch, so that a restarted triggerer does not begin anew.
    """

    def __init__(self, *, dag_id: str, run_id: str, deadline: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.dag_id, self.run_id, self.deadline = dag_id, run_id, deadline

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Class and arguments, to begin again elsewhere."""
        arguments = {"dag_id": self.dag_id, "run_id": self.run_id, "deadline": self.deadline}
        return f"{type(self).__module__}.{type(self).__qualname__}", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Ask until there is an answer; the event tells the state."""
        earliest = time.time() + SETTLE_SECONDS
        while True:
            state = await self._state()
            if state in dag_runs.ENDED or time.time() > self.deadline:
                await asyncio.sleep(max(0.0, earliest - time.time()))
                yield TriggerEvent({"state": state})
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _state(self) -> str:
        """An API that does not answer right now is asked again; only the deadline decides."""
        try:
            return await asyncio.to_thread(dag_runs.state, self.dag_id, self.run_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the run may go on
            self.log.warning("state of %s %s: %s", self.dag_id, self.run_id, error)
            return "unknown"
