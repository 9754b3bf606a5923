"""Worlds see what is planted into judge, steps and undo."""

from __future__ import annotations

import pytest

from tests.simulation.planted import PLANTED, Planted, growing
from tests.simulation.runner import play


@pytest.mark.parametrize("planted", PLANTED, ids=lambda one: one.told)
def test_a_world_shows_the_planted_fault(planted: Planted) -> None:
    """And nothing is wrong with the same world without it."""
    assert play(planted.shown_by).wrong == []
    with growing(planted):
        wrong = play(planted.shown_by).wrong
    assert wrong
    assert not any("<locals>" in line for line in wrong), "what was planted broke off by itself"
