"""A stored run on fakes, for tests of what is done with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.steps.run import Run
from flink_chaos.store.records import Store

from tests.unit.plans import a_plan

if TYPE_CHECKING:
    from pathlib import Path


def a_run(folder: Path, cluster: Any = None, kafka: Any = None, **parameters: Any) -> Run:
    """A run that has just been planned; systems that are not given must not be asked."""
    plan = a_plan(**parameters)
    attempt = Store(folder.as_uri()).open(plan)
    return Run(plan=plan, attempt=attempt, kafka=kafka, cluster=cluster)
