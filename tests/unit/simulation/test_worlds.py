"""Random worlds whose truth is known: `python -m tests.simulation` plays more of them."""

from __future__ import annotations

import pytest

from tests.simulation.runner import play
from tests.simulation.scenario import drawn

WORLDS, AT_ONCE = 300, 30
FIRST = 1


@pytest.mark.parametrize("first", range(FIRST, FIRST + WORLDS, AT_ONCE))
def test_no_world_is_told_wrong(first: int) -> None:
    """No wrong PASS or FAIL, no second injection, nothing left untold, no bare error, nobody hides."""
    wrong = [
        (str(played.scenario), played.wrong)
        for played in map(play, map(drawn, range(first, first + AT_ONCE)))
        if played.wrong
    ]
    assert not wrong, "\n".join(f"python -m tests.simulation --seed N -v  # {told}: {lines}" for told, lines in wrong)
