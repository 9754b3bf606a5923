"""Applications of known behaviour: what each makes of a record, and what it does wrong when it is restored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
EARLIER = "rearlier000"
"""The run that has written to the topics before."""


@dataclass(frozen=True)
class Behaviour:
    """What an application does. Everything beside `copies`, `drops` and `totals` is a flaw that a recovery shows."""

    name: str
    copies: int = 1
    """Records out for one in."""
    drops: int = 0
    """Every so-manieth record is filtered out; 0: none."""
    totals: bool = False
    """Whether a keyed running total is in the output."""
    skips: bool = False
    """Restored, it goes on behind what it had not finished: records are lost."""
    forgets: bool = False
    """Restored, it has lost its state: totals begin anew."""
    changes: bool = False
    """Restored, it computes other values than before."""
    repeats: bool = False
    """Restored, it writes again what it had written already, whatever was promised."""
    reorders: bool = False
    """Restored, it writes in another order."""
    gives_up: bool = False
    """It never comes back."""
    hangs: bool = False
    """Restored, it leaves a transaction open."""
    thins: bool = False
    """Of a record's copies it loses some after a recovery."""

    spoils_older: bool = False
    """Of records of earlier runs it loses some and doubles as many, restored or not."""

    @property
    def flawed(self) -> bool:
        """Whether a recovery can show something wrong."""
        return any(
            (
                self.skips,
                self.forgets,
                self.changes,
                self.repeats,
                self.reorders,
                self.gives_up,
                self.hangs,
                self.thins,
                self.spoils_older,
            )
        )


BEHAVIOURS = {
    one.name: one
    for one in (
        Behaviour("plain"),
        Behaviour("totals", totals=True),
        Behaviour("fan-out", copies=3),
        Behaviour("filter", drops=5),
        Behaviour("lossy", skips=True),
        Behaviour("forgetful", totals=True, forgets=True),
        Behaviour("value-changing", changes=True),
        Behaviour("repeating", repeats=True),
        Behaviour("reordering", reorders=True),
        Behaviour("never-back", gives_up=True),
        Behaviour("hanging", hangs=True),
        Behaviour("thinning", copies=3, thins=True),
        Behaviour("older-spoiling", spoils_older=True),
    )
}


@dataclass
class State:
    """What an application keeps, and how it is spoiled."""

    totals: dict[int, int] = field(default_factory=dict)
    restored: int = 0

    def copy(self) -> State:
        """As a checkpoint holds it."""
        return State(dict(self.totals), self.restored)


def made_of(behaviour: Behaviour, state: State, row: Row) -> list[bytes]:
    """What the application writes for one record."""
    number = row["n"]
    user, value = row["user"], row["v"]
    if behaviour.drops and number % behaviour.drops == 0:
        return []
    if behaviour.totals:
        value = state.totals[user] = state.totals.get(user, 0) + value
    if behaviour.changes and state.restored:
        value += 1
    count = behaviour.copies - (1 if behaviour.thins and state.restored else 0)
    text = f'{{"run_key": "{row["run_key"]}", "n": {number}, "usr": {user}, "total": {value}}}'
    return [text.encode()] * count
