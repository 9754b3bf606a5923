"""A clock for all experiments."""

from __future__ import annotations

import pytest

from experiments import checks, node_drain, pod_delete, selection


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> list[float]:
    """Sleeping moves the clock and takes no time."""
    now = [0.0]
    for module in (checks, node_drain, pod_delete, selection):
        monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
        monkeypatch.setattr(module.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    return now
