"""Three topics for a self-test: what a loader wrote, a stable copy, and a chaos copy that is spoilt in known ways."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from flink_chaos.model.selftest import Transaction, Write
from flink_chaos.proof.extract import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RUN_KEY, STRANGER = "rself000000", "rother00000"
SHAPE = Shape(run_key="run_key", number="n", values=("total",), order="shop")
PARTITIONS, SHOPS = 3, 7
STRETCH = 3 * SHOPS
"""At most one offence in so many ids, so that none hides another: three ids of each shop."""

KINDS = ("lost", "duplicated", "changed", "reordered", "extra")
TRANSACTIONS = 20

Fields = dict[str, str | int | None]
Topic = dict[int, list[Fields]]
"""Partition -> records in their order."""


@dataclass
class Planting:
    """Transactions of three topics, and what the proof must find in the chaos copy: numbers, and the ids of a kind."""

    records: int
    source: list[Transaction]
    stable: list[Transaction]
    chaos: list[Transaction]
    ids: dict[str, list[Any]]
    counts: Counter[str] = field(default_factory=Counter)


def plant(records: int, seed: int) -> Planting:
    """The same for the same arguments. Raises ValueError for so few records that not every kind has a place."""
    chance = Random(seed)  # noqa: S311 - chosen at random, and again the same
    places = [low + chance.randrange(SHOPS) for low in range(SHOPS, records - 2 * STRETCH, STRETCH)]
    if len(places) < len(KINDS):
        raise ValueError(f"{records} records are too few: {STRETCH * (len(KINDS) + 3)} have room for every kind")
    chance.shuffle(places)
    kinds = [*KINDS, *(chance.choice(KINDS) for _ in places[len(KINDS) : len(places) // 2])]
    ids: dict[str, list[int]] = {kind: [] for kind in KINDS}
    topic, counts = _clean(records), Counter[str]()
    for number, kind in zip(places, kinds, strict=False):
        planted = _spoil(topic, number, kind, chance)
        counts.update(planted)
        for one in {kind, *planted} & ids.keys():
            ids[one].append(number)
    committed = list(_in_transactions(topic))
    aborted = list(_aborted(ids["lost"], records, chance))
    counts["aborted"] = sum(len(one.writes) for one in aborted)
    clean = list(_in_transactions(_clean(records)))
    listed = {kind: sorted(found) for kind, found in ids.items()}
    return Planting(records, clean, clean, _mixed(committed, aborted, chance), listed, counts)


def _record(number: int) -> Fields:
    return {"run_key": RUN_KEY, "n": number, "shop": f"shop {number % SHOPS}", "total": number * 31}


def _partition(number: int) -> int:
    return number % SHOPS % PARTITIONS


def _clean(records: int) -> Topic:
    """Every id once, those of a shop in one partition and in order."""
    return {p: [_record(n) for n in range(records) if _partition(n) == p] for p in range(PARTITIONS)}


def _spoil(topic: Topic, number: int, kind: str, chance: Random) -> Counter[str]:
    """Plant one offence; what it counts for."""
    records = topic[_partition(number)]
    place = next(at for at, one in enumerate(records) if one["n"] == number and one["run_key"] == RUN_KEY)
    if kind == "lost":
        del records[place]
    elif kind == "changed":
        records[place] = records[place] | {"total": -1}
    elif kind == "extra":
        records.insert(place, _record(number) | {"run_key": STRANGER})
    elif kind == "reordered":
        moved = records.pop(place)
        after = next(at for at in range(place, len(records)) if records[at] == _record(number + SHOPS))
        records.insert(after + 1, moved)
    else:
        return _duplicate(records, place, number, chance)
    return Counter({kind: 1})


def _duplicate(records: list[Fields], place: int, number: int, chance: Random) -> Counter[str]:
    """Again as it was, or with another value beside the right one: that is a change too."""
    others: tuple[Fields, ...] = ({}, {"total": -1}, {"total": None})
    more, other = chance.choice((1, 1, 2)), chance.choice(others)
    for _ in range(more):
        records.insert(chance.randint(place + 1, len(records)), _record(number) | other)
    return Counter({"duplicated": 1, "surplus": more} | ({"changed": 1} if other else {}))


def _in_transactions(topic: Topic) -> Iterator[Transaction]:
    """The whole topic, each transaction over all partitions."""
    for part in range(TRANSACTIONS):
        writes = [
            _write(partition, one)
            for partition, records in topic.items()
            for one in records[part * len(records) // TRANSACTIONS : (part + 1) * len(records) // TRANSACTIONS]
        ]
        yield Transaction(tuple(writes))


def _aborted(lost: Iterable[int], records: int, chance: Random) -> Iterator[Transaction]:
    """What nobody may count: ids that are delivered too, and the first of those that are not."""
    yield Transaction(tuple(_write(_partition(n), _record(n)) for n in sorted(lost)[:1]), commit=False)
    for _ in range(chance.randint(2, 6)):
        numbers = sorted(chance.sample(range(records), chance.randint(1, min(200, records))))
        again = [_write(_partition(n), _record(n)) for n in numbers if n not in lost]
        yield Transaction(tuple(again), commit=False)


def _write(partition: int, record: Fields) -> Write:
    return Write(partition, json.dumps(record).encode())


def _mixed(committed: list[Transaction], aborted: list[Transaction], chance: Random) -> list[Transaction]:
    mixed = list(committed)
    for one in aborted:
        mixed.insert(chance.randint(0, len(mixed)), one)
    return [one for one in mixed if one.writes]
