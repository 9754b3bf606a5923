"""Sensors of a run. They hold no worker: the triggerer asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.operators.base import RunOperator

if TYPE_CHECKING:
    from collections.abc import Sequence


class SteadyStateSensor(RunOperator):
    """Waits until both copies have kept up with the load for as long as the plan asks."""

    @property
    def waits(self) -> Sequence[str]:
        """The steady state."""
        return ("steady",)


class DataLoadSensor(RunOperator):
    """Waits until the loader has ended, and proves by the topic that it wrote every record."""

    @property
    def waits(self) -> Sequence[str]:
        """The loader's end."""
        return ("load",)


class KafkaLagSensor(RunOperator):
    """Waits until a copy's lag is zero and its output is flushed.

    :param copy: `stable` or `chaos`.
    """

    def __init__(self, *, copy: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.copy = copy

    @property
    def waits(self) -> Sequence[str]:
        """The drained state."""
        return (f"drain_{self.copy}",)
