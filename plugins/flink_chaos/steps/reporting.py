"""report.html of an attempt: made of what is stored, and made again at will."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from flink_chaos.model.text import TEXT, one_line
from flink_chaos.report.page import page
from flink_chaos.steps.repeating import compared
from flink_chaos.store.files import write_over
from flink_chaos.store.history import last_green, repetitions, undisturbed
from flink_chaos.store.logs import logs
from flink_chaos.store.records import StoreError
from flink_chaos.store.samples import observation

if TYPE_CHECKING:
    from upath import UPath

    from flink_chaos.store.records import Attempt

REPORT = "report.html"

log = logging.getLogger(__name__)


def draw(attempt: Attempt) -> UPath:
    """Write it beside the verdict, over an older one; where it is. Raises StoreError for a run without a verdict."""
    verdict = attempt.verdict()
    if verdict is None:
        raise StoreError(f"run {attempt.plan().run_key} has no verdict yet")
    path = attempt.folder / REPORT
    text = page(
        attempt.plan(),
        attempt.journal(),
        verdict,
        observation(attempt),
        last_green(attempt),
        compared(repetitions(attempt), partial(undisturbed, attempt)),
        logs(attempt),
    )
    write_over(path, text)
    return path


def draw_or_warn(attempt: Attempt) -> None:
    """The same at the end of a run. A report tells a verdict and never changes one: what goes wrong is one line."""
    try:
        draw(attempt)
    except Exception as error:  # noqa: BLE001
        log.warning("no report.html: %s", one_line(f"{type(error).__name__}: {error}", TEXT))
