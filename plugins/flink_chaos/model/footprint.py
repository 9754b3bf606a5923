"""What a run may have outside its record: enough to take it away when the record is gone.

It stands in the run's lease, as annotations: who looks at the cluster finds it there, whatever became of the store.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flink_chaos.model.base import Guarantee, Record
from flink_chaos.model.plan import LABEL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flink_chaos.model.plan import RunPlan

RUN_KEY = re.compile(r"r[0-9a-f]{10}")
UNDOING = "undo-"
"""Before the key of the holder of a lease: somebody takes away what the run left, so that it must not go on."""

DAG_ID, RUN_ID, ENVIRONMENT = f"{LABEL}/dag-id", f"{LABEL}/run-id", f"{LABEL}/environment"
TOPICS, NODE = f"{LABEL}/topics", f"{LABEL}/drained-node"


class Footprint(Record):
    """A run, as its removal needs to know it."""

    run_key: str
    namespace: str
    lease: str = ""
    """Empty: none is known."""

    dag_id: str = ""
    run_id: str = ""
    environment: str = ""
    topics: tuple[str, ...] = ()
    """Where it may have left transactions open."""

    groups: tuple[str, ...] | None = None
    """Its consumer groups; None: those whose name ends with its key."""

    drains: bool = True
    """Whether it may have cordoned a node."""

    node: str = ""
    """The node that it was about to drain, as long as nobody saw it taken back."""

    @property
    def annotations(self) -> dict[str, str]:
        """As they stand in its lease."""
        told = {DAG_ID: self.dag_id, RUN_ID: self.run_id, ENVIRONMENT: self.environment}
        return {**told, TOPICS: ",".join(self.topics), NODE: self.node}


def footprint_of(plan: RunPlan) -> Footprint:
    """By its plan. Under AT_LEAST_ONCE it has no transactions."""
    exactly_once = plan.request.delivery_guarantee is Guarantee.EXACTLY_ONCE
    return Footprint(
        run_key=plan.run_key,
        namespace=plan.environment.namespace,
        lease=plan.lease,
        dag_id=plan.dag_id,
        run_id=plan.run_id,
        environment=plan.environment.name,
        topics=tuple(copy.sink for copy in plan.copies.values() if not copy.files) if exactly_once else (),
        groups=tuple(plan.groups),
        drains=plan.fault.aim == "node",
    )


def footprint_in(namespace: str, lease: str, holder: str, annotations: Mapping[str, str]) -> Footprint:
    """By its lease."""
    return Footprint(
        run_key=key_of(holder),
        namespace=namespace,
        lease=lease,
        dag_id=annotations.get(DAG_ID, ""),
        run_id=annotations.get(RUN_ID, ""),
        environment=annotations.get(ENVIRONMENT, ""),
        topics=tuple(filter(None, annotations.get(TOPICS, "").split(","))),
        node=annotations.get(NODE, ""),
    )


def key_of(holder: str) -> str:
    """The key of the run that a holder of a lease stands for; "" for one that is none of ours."""
    key = holder.removeprefix(UNDOING)
    return key if RUN_KEY.fullmatch(key) else ""
