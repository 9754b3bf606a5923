"""Names of what a store holds: whatever else lies in its folders has none of these, and is passed over."""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING
from uuid import uuid4

from flink_chaos import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

PLAN, VERDICT, JOURNAL, KEYS = "plan.json", "verdict.json", "journal", "keys"

TIME = "%Y%m%dT%H%M%S.%f"
PART = re.compile(r"(?P<time>[12]\d{7}T\d{6}\.\d{6})-(?P<writer>[\w.]+)(?:-(?P<kind>\w+))?\.(?P<form>jsonl?)", re.ASCII)
NUMBER = re.compile(r"[1-9][0-9]{0,5}")
FOLDER = re.compile(r"(?!\.\.?/)[A-Za-z0-9_.-]+/(?!\.\.?/)[A-Za-z0-9_.-]+/" + NUMBER.pattern)
"""<dag>/<run>/<attempt>, and no way out of the store."""

LONGEST, DIGITS, OLD_DIGITS = 80, 32, 6


def folders_of(name: str) -> tuple[str, str]:
    """The folder of a DAG or a run, and the one that versions before gave it: two names could have had the same one.

    Readable, and two names never meet in it, also where a file system tells no capital from a small letter.
    """
    readable = re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:LONGEST]
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{readable}-{digest[:DIGITS]}", f"{readable}-{digest[:OLD_DIGITS]}"


def numbered(beside: Iterable[str]) -> str:
    """Name of a part, after all those that stand: a moment, and a writer like no other on any machine.

    A clock that is set back, or another worker's that is behind, would put a fact before those that it follows.
    """
    now = clock.now().strftime(TIME)
    last = max((found["time"] for found in map(PART.fullmatch, beside) if found), default="")
    return f"{now if last < now else _after(last)}-{os.getpid()}.{uuid4().hex[:12]}"


def _after(time: str) -> str:
    """The next in order; what is no moment of a calendar, such as 61 seconds, is as good as any."""
    digits = str(int(re.sub(r"\D", "", time)) + 1)
    return f"{digits[:8]}T{digits[8:14]}.{digits[14:]}"


def parts_among(names: Iterable[str], form: str, *kinds: str) -> list[str]:
    """Those that are parts of that form, and of one of these kinds if any is given, oldest first."""
    found = [name for name in map(PART.fullmatch, names) if name and name["form"] == form]
    return sorted(one.string for one in found if not kinds or one["kind"] in kinds)
