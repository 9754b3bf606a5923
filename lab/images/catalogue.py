"""Which images there are, and building all of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING

from lab.images import flink, flink_operator, janitor, litmus

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

IMAGES: dict[str, Callable[[], Path]] = {
    flink.REFERENCE: flink.build,
    flink_operator.REFERENCE: flink_operator.build,
    litmus.EXPERIMENTS: litmus.build_experiments,
    litmus.CONTRACT: litmus.build_contract,
    janitor.REFERENCE: janitor.build,
}
SIDE_BY_SIDE = 2
"""One build waits for the network while another one packs; the machine has few cores."""


def build_all(report: Callable[[str], None]) -> dict[str, Path]:
    """Every image as `reference -> docker-archive tar`, from the cache where its inputs have not changed.

    `report` gets one line for each image that is ready. Raises LabError with the command that failed.
    """
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        running = {pool.submit(build): reference for reference, build in IMAGES.items()}
        for done in as_completed(running):
            report(f"image {running[done]}: {done.result().stat().st_size / 1e6:.0f} MB")
    return {reference: build.result() for build, reference in running.items()}
