"""Flink options that whoever triggers a run may set: numbers, durations and choices, nothing that is code or a place.

A list of what is allowed, not of what is forbidden: Flink has a thousand options and takes any other key too, and with
many of them (Java's options, class paths, pod templates, mounted secrets) whoever sets them runs code in the namespace.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flink_chaos.model.flink_options import option_of

if TYPE_CHECKING:
    from collections.abc import Iterable

SAFE_OPTIONS = (
    *(
        f"execution.checkpointing.{name}"
        for name in (
            "interval",
            "timeout",
            "min-pause",
            "max-concurrent-checkpoints",
            "tolerable-failed-checkpoints",
            "aligned-checkpoint-timeout",
            "unaligned.",
            "file-merging.",
            "incremental",
            "data-inline-threshold",
            "write-buffer-size",
            "num-retained",
            "snapshot-compression",
            "checkpoints-after-tasks-finish",
            "local-backup.enabled",
        )
    ),
    "execution.state-recovery.from-local",
    "execution.buffer-timeout.",
    "restart-strategy.",
    "state.backend.type",
    "state.latency-track.",
    *(
        f"state.backend.rocksdb.{name}"
        for name in (
            "block.",
            "bloom-filter.",
            "compaction.",
            "compression.per.level",
            "files.open",
            "manual-compaction.",
            "memory.",
            "predefined-options",
            "thread.num",
            "checkpoint.transfer.thread.num",
            "timer-service.",
            "use-bloom-filter",
            "write-batch-size",
            "writebuffer.",
        )
    ),
    *(
        f"taskmanager.memory.{name}"
        for name in (
            "framework.",
            "jvm-metaspace.size",
            "jvm-overhead.",
            "managed.",
            "network.",
            "segment-size",
            "task.",
        )
    ),
    "taskmanager.network.memory.",
    "taskmanager.network.request-backoff.",
    "taskmanager.network.retries",
    "taskmanager.numberOfTaskSlots",
    *(f"jobmanager.memory.{name}" for name in ("heap.size", "jvm-metaspace.size", "jvm-overhead.", "off-heap.size")),
    "jobmanager.execution.failover-strategy",
    "heartbeat.",
    "pekko.ask.timeout",
    "pekko.tcp.timeout",
    "slot.idle.timeout",
    "slot.request.timeout",
    "resourcemanager.taskmanager-timeout",
    "task.cancellation.",
    "pipeline.auto-watermark-interval",
    "pipeline.max-parallelism",
    "pipeline.object-reuse",
    "pipeline.operator-chaining.",
    "pipeline.watermark-alignment.",
    "table.exec.mini-batch.",
    "table.exec.source.idle-timeout",
    "table.exec.state.ttl",
    "table.optimizer.",
)
"""By their present names; one that ends in a dot stands for all options that begin so."""

PLAIN = re.compile(r"[\w .:%+,;-]{1,200}", re.ASCII)
"""Values of the safe options: no path, no URL, no quote."""

PATTERN = r"^[A-Za-z0-9$][\w$-]*(\.[\w$-]+)*(\.\*?)?$"
"""How an environment names further options: a whole name, or a beginning that ends in a dot or in `.*`."""


def is_among(option: str, named: Iterable[str]) -> bool:
    """Whether the names, or beginnings that end in a dot or `.*`, have the option, by whichever of its names."""
    present = option_of(option)
    for name in named:
        beginning = name.removesuffix("*")
        if not beginning.endswith("."):
            if present == option_of(name):
                return True
        elif present.startswith(beginning) and present != beginning:
            return True
    return False
