"""What several runs of one test tell together. Nothing here asks scipy about a single run, and every run comes by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.statistics import Repeated
from flink_chaos.store.history import recoveries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from flink_chaos.model.recovery import Recovery
    from flink_chaos.model.statistics import Difference
    from flink_chaos.model.verdict import Verdict

FEW = 2


def repeated(name: str, verdicts: Iterable[Verdict]) -> Repeated:
    """How both copies differ over exactly these runs; those that nobody observed or can trust are left out."""
    found = list(recoveries(verdicts))
    return Repeated(name=name, runs=len(found), differences=compared(found))


def compared(runs: Sequence[Recovery], undisturbed: Callable[[], Sequence[Recovery]] = tuple) -> list[Difference]:
    """Chaos copy less control over the runs, beside runs without a fault; nothing for a single run."""
    if len(runs) < FEW:
        return []
    from flink_chaos.verdict.statistics import differences  # noqa: PLC0415 - scipy takes a second

    return differences(runs, undisturbed())
