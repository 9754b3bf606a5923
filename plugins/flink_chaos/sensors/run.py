"""Sensors of a run. They hold no worker: the triggerer asks."""

from __future__ import annotations

from flink_chaos.operators.base import CopyOperator, RunOperator


class SteadyStateSensor(RunOperator):
    """Waits until both copies have kept up with the load for as long as the plan asks."""

    waits = ("steady",)


class DataLoadSensor(RunOperator):
    """Waits until the loader has ended, and proves by the topic that it wrote every record."""

    waits = ("load",)


class KafkaLagSensor(CopyOperator):
    """Waits until a copy's lag is zero and its output is flushed."""

    wait = "drain"
