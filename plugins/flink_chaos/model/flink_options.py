"""Flink's options: which names mean the same one, what durations are, and which of several words counts."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OLDER_NAMES: dict[str, tuple[str, ...]] = {
    "env.java.opts.all": ("env.java.opts",),
    "execution.buffer-timeout.interval": ("execution.buffer-timeout",),
    "execution.checkpointing.aligned-checkpoint-timeout": ("execution.checkpointing.alignment-timeout",),
    "execution.checkpointing.checkpoints-after-tasks-finish": (
        "execution.checkpointing.checkpoints-after-tasks-finish.enabled",
    ),
    "execution.checkpointing.cleaner.parallel-mode": ("state.checkpoint.cleaner.parallel-mode",),
    "execution.checkpointing.create-subdir": ("state.checkpoints.create-subdir",),
    "execution.checkpointing.data-inline-threshold": (
        "state.storage.fs.memory-threshold",
        "state.backend.fs.memory-threshold",
    ),
    "execution.checkpointing.dir": ("state.checkpoints.dir", "state.backend.fs.checkpointdir"),
    "execution.checkpointing.incremental": ("state.backend.incremental",),
    "execution.checkpointing.local-backup.dirs": ("taskmanager.state.local.root-dirs",),
    "execution.checkpointing.num-retained": ("state.checkpoints.num-retained",),
    "execution.checkpointing.savepoint-dir": ("state.savepoints.dir", "savepoints.state.backend.fs.dir"),
    "execution.checkpointing.storage": ("state.checkpoint-storage",),
    "execution.checkpointing.unaligned.enabled": ("execution.checkpointing.unaligned",),
    "execution.checkpointing.write-buffer-size": (
        "state.storage.fs.write-buffer-size",
        "state.backend.fs.write-buffer-size",
    ),
    "execution.state-recovery.from-local": ("state.backend.local-recovery",),
    "execution.state-recovery.claim-mode": ("execution.savepoint-restore-mode",),
    "execution.state-recovery.ignore-unclaimed-state": ("execution.savepoint.ignore-unclaimed-state",),
    "execution.state-recovery.path": ("execution.savepoint.path",),
    "high-availability.cluster-id": (
        "high-availability.zookeeper.path.namespace",
        "recovery.zookeeper.path.namespace",
    ),
    "high-availability.storageDir": ("high-availability.zookeeper.storageDir", "recovery.zookeeper.storageDir"),
    "high-availability.type": ("high-availability", "recovery.mode"),
    "kubernetes.container.image.ref": ("kubernetes.container.image",),
    "kubernetes.jobmanager.cpu.amount": ("kubernetes.jobmanager.cpu",),
    "kubernetes.pod-template-file.default": ("kubernetes.pod-template-file",),
    "kubernetes.taskmanager.cpu.amount": ("kubernetes.taskmanager.cpu",),
    "pekko.ask.timeout": ("akka.ask.timeout",),
    "pekko.tcp.timeout": ("akka.tcp.timeout",),
    "pipeline.operator-chaining.enabled": ("pipeline.operator-chaining",),
    "resourcemanager.taskmanager-timeout": ("slotmanager.taskmanager-timeout",),
    "restart-strategy.type": ("restart-strategy",),
    "security.kerberos.login.keytab": ("security.keytab",),
    "security.kerberos.login.principal": ("security.principal",),
    "state.backend.rocksdb.localdir": ("state.backend.rocksdb.checkpointdir",),
    "state.backend.type": ("state.backend",),
    "state.changelog.dstl.dfs.base-path": ("dstl.dfs.base-path",),
    "state.changelog.enabled": ("state.backend.changelog.enabled",),
    "state.changelog.storage": ("state.backend.changelog.storage",),
    "taskmanager.memory.managed.size": ("taskmanager.memory.size",),
    "taskmanager.memory.network.fraction": ("taskmanager.network.memory.fraction",),
    "taskmanager.memory.network.max": ("taskmanager.network.memory.max",),
    "taskmanager.memory.network.min": ("taskmanager.network.memory.min",),
}
"""Flink 1.20's name of an option -> its older ones, which it still reads. Where both are given, the new one counts."""

OPTION_OF = {older: name for name, names in OLDER_NAMES.items() for older in names}

INTERVAL, TIMEOUT, MODE = (f"execution.checkpointing.{name}" for name in ("interval", "timeout", "mode"))

UNITS_MS = {
    **dict.fromkeys(("d", "day", "days"), 86_400_000),
    **dict.fromkeys(("h", "hour", "hours"), 3_600_000),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60_000),
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1_000),
    **dict.fromkeys(("", "ms", "milli", "millis", "millisecond", "milliseconds"), 1),
}
DURATION = re.compile(r"(\d+)\s*([a-z]*)")
ISO_DURATION = re.compile(r"pt(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?(?:(?P<s>\d+)s)?")


class Level(NamedTuple):
    """Options from one place; a later place counts more."""

    where: str
    options: Mapping[str, str]


def option_of(name: str) -> str:
    """The option that a name means, by its present name."""
    return OPTION_OF.get(name, name)


def value_of(options: Mapping[str, str], option: str) -> str | None:
    """The value of an option under whichever of its names; None without one."""
    names = [option, *OLDER_NAMES.get(option, ())]
    return next((options[name] for name in names if name in options), None)


def merged(levels: Iterable[Level]) -> dict[str, str]:
    """All options, each once: the last place that has it counts, whatever it calls it. The first place's names stay.

    Raises ValueError where one place gives two values to one option.
    """
    found: dict[str, tuple[str, str]] = {}
    for where, options in levels:
        own: dict[str, tuple[str, str]] = {}
        for name, value in options.items():
            option = option_of(name)
            if option in own and own[option][1] != value:
                raise ValueError(
                    f"{where}: {own[option][0]} and {name} are two names of one Flink option, with different values "
                    f"({own[option][1]} and {value}); keep one of them"
                )
            own[option] = (name, value)
        for option, (name, value) in own.items():
            found[option] = (found[option][0] if option in found else name, value)
    return dict(found.values())


def milliseconds(text: str) -> int:
    """A duration as Flink reads it: `5s`, `2 min`, `PT1M`; a number alone is milliseconds. Raises ValueError."""
    lowered = text.strip().lower()
    iso, plain = ISO_DURATION.fullmatch(lowered), DURATION.fullmatch(lowered)
    if iso and lowered != "pt":
        return sum(int(number) * UNITS_MS[unit] for unit, number in iso.groupdict().items() if number)
    if plain is None or plain[2] not in UNITS_MS:
        raise ValueError(f"{text} is no duration; write it as 5s or 2 min")
    return int(plain[1]) * UNITS_MS[plain[2]]


def whole_seconds(text: str) -> int:
    """The same in seconds, at least one, rounded up: for what only needs to know about how long. Raises ValueError."""
    return max(1, math.ceil(milliseconds(text) / 1000))


def mode_of(text: str) -> str:
    """A checkpointing mode as Flink's own name of it, however it is spelled."""
    return text.strip().upper().replace("-", "_")
