"""How long the barriers of checkpoints took: several requests each, which no sample waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.clock import now_ms

if TYPE_CHECKING:
    from collections.abc import Collection

    from flink_chaos.steps.looks import Answer, FlinkLook


class BarriersLook:
    """Tells checkpoints that a FlinkLook saw completed once more, with their barriers; one in a look."""

    def __init__(self, flink: FlinkLook, known: Collection[tuple[int, int]] = ()) -> None:
        """Those of `known`, by id and time, are not asked for again."""
        self.flink = flink
        self._known = set(known)

    def __call__(self) -> Answer:
        """Nothing while there is none. Raises ClusterError when the API server does not answer: nobody asks again."""
        while self.flink.completed:
            seen = self.flink.completed.popleft()
            one = seen.checkpoint
            if (one.id, one.trigger_ms) in self._known:
                continue
            barriers = self.flink.jobmanager.barriers(seen.job_id, one.id)
            told = one.model_copy(update=vars(barriers)) if barriers else None
            return {}, [seen.model_copy(update={"at_ms": now_ms(), "checkpoint": told})] if told else []
        return {}, []
