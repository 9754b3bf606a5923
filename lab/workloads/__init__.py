"""What runs inside the lab's cluster: Flink's operator, SQL Gateway, Litmus' contract, and the rights of each."""

from __future__ import annotations

from lab.workloads.rollout import apply, health, wait_ready

__all__ = ["apply", "health", "wait_ready"]
