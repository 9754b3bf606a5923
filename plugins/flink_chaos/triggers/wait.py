"""Asks one of the waits of steps.waits from the triggerer."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from flink_chaos.hooks.flink_chaos import FlinkChaosHook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from flink_chaos.steps.run import Run
    from flink_chaos.steps.waits import Wait


SETTLE_SECONDS = 6.0
"""No event before the scheduler has noticed that the task's first process ended; see RunOperator."""


class WaitTrigger(BaseTrigger):
    """Fires when the wait is done, when its deadline has passed, or when it can never be done.

    :param deadline: seconds since the epoch, so that a restarted triggerer does not begin anew.
    """

    def __init__(
        self,
        *,
        run_key: str,
        wait: str,
        deadline: float,
        kafka_conn_id: str | None = None,
        kubernetes_conn_id: str | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.arguments = {
            "run_key": run_key,
            "wait": wait,
            "deadline": deadline,
            "kafka_conn_id": kafka_conn_id,
            "kubernetes_conn_id": kubernetes_conn_id,
        }
        self.run_key, self.wait, self.deadline = run_key, wait, deadline
        self.hook = FlinkChaosHook(kafka_conn_id=kafka_conn_id, kubernetes_conn_id=kubernetes_conn_id)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Class and arguments, to begin again elsewhere."""
        return f"{type(self).__module__}.{type(self).__qualname__}", self.arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Ask until there is an answer; the event says which: done, late, failed or ends."""
        from flink_chaos.steps.run import Progress, told
        from flink_chaos.steps.waits import WAITS, Teller

        run, wait = None, WAITS[self.wait]
        teller = Teller(lambda message: self.log.info("%s: %s", self.wait, message))
        earliest = time.time() + SETTLE_SECONDS
        while True:
            try:
                run = run or await self.hook.arun(self.run_key)
                answer, message = await asyncio.to_thread(_ask, wait, run)
            except OSError as error:  # the store, on a disk that is not ours, is asked again as everything else is
                answer, message = "pending", told(error)
            except Exception as error:  # noqa: BLE001 - such as a connection that is not defined
                answer, message = "failed", told(error)
            teller.tell(Progress(done=answer != "pending", message=message))
            if answer == "pending" and time.time() > self.deadline:
                answer = "late"
            if answer != "pending":
                await asyncio.sleep(max(0.0, earliest - time.time()))
                yield TriggerEvent({"wait": self.wait, "answer": answer, "message": message})
                return
            await asyncio.sleep(wait.interval)


def _ask(wait: Wait, run: Run) -> tuple[str, str]:
    from flink_chaos.model.masking import masked
    from flink_chaos.steps.run import RunEndsError, told
    from flink_chaos.steps.waits import ask

    try:
        progress = ask(wait, run)
    except RunEndsError as end:
        return "ends", str(end)
    except Exception as error:  # noqa: BLE001 - Airflow would only say that a trigger failed
        return "failed", told(error)
    return ("done" if progress.done else "pending"), masked(progress.message)
