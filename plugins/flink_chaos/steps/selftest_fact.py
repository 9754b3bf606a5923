"""The latest self-test as a fact of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.model.facts import SelfTest

if TYPE_CHECKING:
    from flink_chaos.model.selftest import SelfTestResult


def self_test_fact(result: SelfTestResult | None) -> SelfTest:
    """What is known when a verdict is made; that nothing is known, too."""
    at = now()
    if result is None:
        return SelfTest(at=at, ok=None)
    age = (at - result.at).total_seconds()
    return SelfTest(at=at, ok=result.ok, age_seconds=age, version=result.version, message=result.message)
