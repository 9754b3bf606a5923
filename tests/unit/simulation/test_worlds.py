"""Random worlds whose truth is known: `python -m tests.simulation` plays more of them."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pytest

from tests.simulation.runner import play
from tests.simulation.scenario import drawn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

WORLDS, AT_ONCE, PROCESSES = 300, 20, 2
FIRST = range(1, 1 + WORLDS, AT_ONCE)


def wrong(first: int) -> list[str]:
    """What is wrong with some worlds, each with how to look at it."""
    played = [play(drawn(seed)) for seed in range(first, first + AT_ONCE)]
    return [f"python -m tests.simulation -v --seed {one.scenario.seed}: {one.wrong}" for one in played if one.wrong]


@pytest.fixture(scope="module")
def played() -> Iterator[dict[int, Future[list[str]]]]:
    """All worlds, by as many processes as the smallest machine has cores: one that starts anew holds no threads."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        yield {first: pool.submit(wrong, first) for first in FIRST}


@pytest.mark.parametrize("first", FIRST)
def test_no_world_is_told_wrong(first: int, played: dict[int, Future[list[str]]]) -> None:
    """No wrong PASS or FAIL, no second injection, nothing left untold, no bare error, and nobody hides."""
    assert played[first].result() == []
