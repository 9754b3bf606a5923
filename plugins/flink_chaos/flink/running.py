"""Compares what a JobManager tells of a job with what was planned."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flink_chaos.flink.isolation import FOLDERS, set_in
from flink_chaos.flink.options import application_configuration
from flink_chaos.flink.positions import topic_name
from flink_chaos.model.flink_options import INTERVAL, TIMEOUT, milliseconds, mode_of, value_of
from flink_chaos.model.running_facts import MODE_NAME, Difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flink_chaos.flink.answers import CheckpointConfig
    from flink_chaos.model.base import Copy
    from flink_chaos.model.plan import RunPlan

CHECKPOINT_FOLDER = "execution.checkpointing.dir"
SHOWN = (
    "high-availability.type",
    "restart-strategy.type",
    "restart-strategy.fixed-delay.attempts",
    "restart-strategy.fixed-delay.delay",
    "execution.checkpointing.tolerable-failed-checkpoints",
)
"""Options whose effective value is worth a word when it is another one."""

PLACE = "place of checkpoints"
SLASHES = re.compile(r"/+")


@dataclass(frozen=True)
class Told:
    """What the JobManager tells; empty where it does not."""

    checkpoints: CheckpointConfig | None = None
    checkpoint_path: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()


def differences(plan: RunPlan, copy: Copy, told: Told) -> list[Difference]:
    """Everything that is known to differ; what nobody told differs from nothing."""
    planned = application_configuration(plan, copy)
    return [
        *_of_checkpoints(plan, planned, told.checkpoints),
        *_of_path(plan, {**planned, **set_in(plan, copy)}, told.checkpoint_path),
        *_of_folders(plan, planned, told.options),
        *_of_options(planned, told.options),
        *_of_topics(plan.pipeline.topics.source, told.topics),
    ]


def _of_checkpoints(plan: RunPlan, planned: Mapping[str, str], told: CheckpointConfig | None) -> Iterator[Difference]:
    if told is None:
        return
    for what, option, found in (
        ("checkpoint interval", INTERVAL, told.interval_ms),
        ("checkpoint time-out", TIMEOUT, told.timeout_ms),
    ):
        if found is not None and found != milliseconds(planned[option]):
            yield Difference(what=what, planned=planned[option], found=f"{found / 1000:g}s", danger=False)
    if told.mode and mode_of(told.mode) != plan.request.delivery_guarantee:
        mode = mode_of(told.mode)
        yield Difference(what=MODE_NAME, planned=plan.request.delivery_guarantee, found=mode, danger=False)


def _of_path(plan: RunPlan, planned: Mapping[str, str], path: str | None) -> Iterator[Difference]:
    """Where a checkpoint really is: the program's code counts more than any option."""
    folder = value_of(planned, CHECKPOINT_FOLDER) or ""
    if path and path.startswith("<"):
        yield Difference(what=PLACE, planned=folder, found="the JobManager's memory", danger=False)
    elif path and not _below(path, folder):
        yield Difference(what=PLACE, planned=folder, found=path, danger=plan.run_key not in path)


def _of_folders(plan: RunPlan, planned: Mapping[str, str], told: Mapping[str, str]) -> Iterator[Difference]:
    """A folder without the run's name is one of others, or of both copies."""
    for option in FOLDERS:
        wanted, found = value_of(planned, option), value_of(told, option)
        if wanted and found and _plain(wanted) != _plain(found):
            yield Difference(what=option, planned=wanted, found=found, danger=plan.run_key not in found)


def _of_options(planned: Mapping[str, str], told: Mapping[str, str]) -> Iterator[Difference]:
    for option in SHOWN:
        wanted, found = value_of(planned, option), value_of(told, option)
        if wanted and found and not _same(wanted, found):
            yield Difference(what=option, planned=wanted, found=found, danger=False)


def _of_topics(source: str, told: frozenset[str]) -> Iterator[Difference]:
    """A job that reads other topics and not the run's is somebody else's, as far as anybody can see."""
    foreign = sorted(told - {topic_name(source)})
    if foreign:
        danger = topic_name(source) not in told
        yield Difference(what="topics that it reads", planned=source, found=", ".join(sorted(told)), danger=danger)


def _same(one: str, other: str) -> bool:
    try:
        return milliseconds(one) == milliseconds(other)
    except ValueError:
        return one.casefold() == other.casefold()


def _below(path: str, folder: str) -> bool:
    return f"{_plain(path)}/".startswith(f"{_plain(folder)}/")


def _plain(folder: str) -> str:
    """`file:///a//b` and `file:/a/b/` are one folder."""
    return SLASHES.sub("/", folder.strip()).rstrip("/")
