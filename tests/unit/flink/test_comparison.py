"""The statements that count by id, run by SQLite, which speaks enough of the same SQL."""

from __future__ import annotations

import sqlite3
from collections import defaultdict

import pytest
from flink_chaos.flink.comparison import counts_statement
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plans import a_plan

WINDOWS = a_plan(pipeline="ad_event_counts")
EVENTS = a_plan(data_count_to_load=1_000, records_per_second=10)
KEYS = st.tuples(st.sampled_from(["00:00", "00:05"]), st.sampled_from([1, 2, None]), st.just("click"))
RUNS = st.sampled_from([WINDOWS.run_key, WINDOWS.run_key, "another", None])
ROWS = st.lists(st.tuples(RUNS, KEYS, st.integers(1, 3), st.integers(0, 2)), max_size=12)


def counted(plan, copy="chaos", **tables):
    """What the statement finds in tables of tuples."""
    columns = list(plan.pipeline.output.columns)
    with sqlite3.connect(":memory:") as database:
        for name in ("no_chaos", "chaos"):
            database.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
            rows = tables.get(name, [])
            database.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)
        cursor = database.execute(counts_statement(plan, copy))
        return dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))


def flat(rows):
    """Rows as the sink's columns."""
    return [(run, *key, cnt, price) for run, key, cnt, price in rows]


def by_id(rows):
    """Values of each id."""
    found = defaultdict(list)
    for run, key, cnt, price in rows:
        found[run, key].append((cnt, price))
    return found


def in_words(stable, chaos):
    """What the counts mean, said in Python."""
    control, copy = by_id(stable), by_id(chaos)
    expected = {one for one in control if one[0] == WINDOWS.run_key}
    arrived = expected & copy.keys()
    best = {one: tuple(map(max, zip(*values, strict=True))) for one, values in control.items()}
    return {
        "expected": len(expected),
        "records": len(chaos),
        "ids": len(arrived),
        "duplicated": sum(len(copy[one]) > 1 for one in arrived),
        "extra": sum(len(values) for one, values in copy.items() if one not in expected),
        "changed": sum(any(value != best[one] for value in copy[one]) for one in arrived),
        "undercounted": sum(max(copy[one])[0] < best[one][0] for one in arrived),
        "counted": sum(max(values)[0] for one, values in copy.items() if one[0] == WINDOWS.run_key),
        "summed": sum(cnt for _, _, cnt, _ in chaos),
    }


@given(ROWS, ROWS)
def test_aggregates_are_counted_against_the_stable_copy(stable, chaos):
    """Whatever both copies wrote, with NULLs in keys and records of other runs."""
    assert counted(WINDOWS, no_chaos=flat(stable), chaos=flat(chaos)) == in_words(stable, chaos)


@given(ROWS)
def test_a_copy_that_equals_the_stable_one_lacks_nothing(rows):
    """The stable copy itself is one."""
    found = counted(WINDOWS, "no_chaos", no_chaos=flat(rows))
    assert (found["ids"], found["undercounted"]) == (found["expected"], 0)


@pytest.mark.parametrize(
    ("chaos", "differs"),
    [
        ([5], {}),
        ([], {"ids": 0, "records": 0, "counted": 0, "summed": 0}),
        ([5, 5], {"records": 2, "duplicated": 1, "summed": 10}),
        ([7], {"changed": 1, "counted": 7, "summed": 7}),
        ([4], {"changed": 1, "undercounted": 1, "counted": 4, "summed": 4}),
        ([5, 2], {"records": 2, "duplicated": 1, "changed": 1, "summed": 7}),
    ],
)
def test_each_way_to_differ_has_its_own_count(chaos, differs):
    """A window of 5 records: equal, lost, twice, counted too high, too low, and fired again for a part."""
    whole = {"expected": 1, "records": 1, "ids": 1, "duplicated": 0, "extra": 0, "changed": 0}
    whole |= {"undercounted": 0, "counted": 5, "summed": 5}
    row = (WINDOWS.run_key, "00:00", 1, "click")
    assert counted(WINDOWS, no_chaos=[(*row, 5, 1)], chaos=[(*row, cnt, 1) for cnt in chaos]) == whole | differs


@given(st.lists(st.tuples(st.sampled_from([EVENTS.run_key, "another", None]), st.integers(-1, 1_001)), max_size=12))
def test_numbered_records_are_counted_against_the_loader(rows):
    """(run key, 0 .. N-1), and nothing else."""
    own = [row for row in rows if row[0] == EVENTS.run_key and 0 <= row[1] < 1_000]
    found = counted(EVENTS, chaos=[(*row, 1, "click", 1, 1, 0) for row in rows])
    assert found == {
        "expected": 1_000,
        "records": len(rows),
        "ids": len(set(own)),
        "duplicated": len({row for row in own if own.count(row) > 1}),
        "extra": len(rows) - len(own),
    }


def test_without_a_count_column_each_record_stands_for_itself():
    """Records identified by a key: the ids of the stable copy are the loaded records."""
    output = WINDOWS.pipeline.output.model_copy(update={"count": "", "value": []})
    plan = WINDOWS.model_copy(update={"pipeline": WINDOWS.pipeline.model_copy(update={"output": output})})
    rows = [(plan.run_key, "00:00", campaign, "click", 9, 9) for campaign in (1, 2)]
    found = counted(plan, no_chaos=rows, chaos=rows[:1])
    assert (found["expected"], found["ids"], found["counted"], "undercounted" in found) == (2, 1, 1, False)
