from collections import Counter
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flink_chaos.proof import order, pieces
from flink_chaos.proof.phases import Phases, Replay
from flink_chaos.proof.prove import prove
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.proof.sets_of import PARTITIONS, SHAPE, Outputs, Record

PHASES = Phases([(0, "before the fault"), (50, "in the fault"), (100, "after it")])
EVERY_TIME = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("proof")


def test_every_kind_of_offence_is_told_with_its_places(folder):
    """One of each."""
    outputs = Outputs(60)
    for records in outputs.chaos.values():
        records[:] = [record for record in records if record.id != 11]
    outputs.chaos[0].append(Record(7, 7 * 31, lane="0"))
    outputs.chaos[1][0] = Record(1, 999, lane="1")
    outputs.chaos[2].append(Record(5, 5, run="r9999999999"))
    outputs.chaos[2].append(Record(None, 5, run=None))
    outputs.chaos[2].append(Record(60, 5))
    found, offenders = prove(outputs.sets(folder), PHASES)
    assert found.model_dump(exclude_none=True) == {
        "expected": 60,
        "records": 63,
        "ids": 59,
        "lost": 1,
        "lost_ids": 1,
        "duplicated": 1,
        "surplus": 1,
        "extra": 3,
        "changed": 1,
        "reordered": 0,
        "aborted": 0,
        "older": 2,
        "counted": 59,
        "repeated": 1,
        "unloaded": 1,
    }
    told = [(one.kind, one.id, len(one.sink), one.cause) for one in offenders]
    assert told == [
        ("changed", "1", 1, ""),
        ("duplicated", "7", 2, "written again 0.0 s later"),
        ("extra", "60", 1, "an id that nobody loaded"),
        ("extra", "5", 1, "of another run: r9999999999"),
        ("extra", "", 1, "has no run and id: no record of this pipeline"),
        ("lost", "11", 0, "never written to the sink"),
    ]
    assert offenders[-1].source is not None


def test_a_record_of_an_aborted_transaction_is_lost_and_never_a_duplicate(folder):
    """What no read_committed consumer sees was not delivered."""
    outputs = Outputs(30)
    (gone,) = [record for record in outputs.chaos[0] if record.id == 7]
    outputs.chaos[0].remove(gone)
    outputs.uncommitted = [gone, Record(14, 14 * 31, lane="0")]
    found, (offender,) = prove(outputs.sets(folder), PHASES)
    assert (found.lost, found.duplicated, found.surplus, found.aborted) == (1, 0, 0, 2)
    assert (offender.id, offender.cause) == ("7", "was written, in a transaction that was aborted")


def test_what_was_replayed_is_told_by_its_phases(folder):
    """First before the fault, then in it."""
    outputs = Outputs(400)
    outputs.chaos[0].insert(60, Record(0, 0, lane="0"))
    _, (offender,) = prove(outputs.sets(folder), PHASES)
    assert (offender.phase, offender.cause) == ("in the fault", "written again 0.1 s later; first before the fault")
    assert [(place.partition, place.offset) for place in offender.sink] == [(0, 0), (0, 60)]


@pytest.mark.parametrize("more", [1, -1])
def test_a_duplicate_with_another_value_is_a_change_too(folder, more):
    """Whether the value is greater or smaller."""
    outputs = Outputs(30)
    outputs.chaos[0].append(Record(7, 7 * 31 + more, lane="0"))
    found, _ = prove(outputs.sets(folder), PHASES)
    assert (found.duplicated, found.changed) == (1, 1)


def test_what_a_restore_replays_is_told_with_its_checkpoint(folder):
    """A hint: first behind the checkpoint, then after the restart."""
    outputs = Outputs(400)
    outputs.chaos[0].insert(60, Record(0, 0, lane="0"))
    _, (offender,) = prove(outputs.sets(folder), replace(PHASES, replay=Replay(checkpoint=4, begin_ms=0, end_ms=40)))
    assert offender.cause == "written again 0.1 s later; first before the fault; replayed from checkpoint 4"


def test_why_a_key_lacks_cannot_be_told(folder):
    """Only which causes there may be."""
    outputs = Outputs(30)
    outputs.chaos[0] = [record for record in outputs.chaos[0] if record.id != 7]
    _, (offender,) = prove(replace(outputs.sets(folder), loaded=None, source=None), PHASES)
    assert offender.cause == "never written: its input was lost or came late, or its window never fired"


def planted(outputs, plan):
    """Plant offences at distinct ids; what must be found, by kind."""
    expected = Counter()
    for number, kind in plan.items():
        partition = number % 7 % PARTITIONS
        records = outputs.chaos[partition]
        place = next(i for i, record in enumerate(records) if record.id == number)
        if kind == "lost":
            del records[place]
        elif kind == "duplicated":
            records.insert(place + 1, Record(number, number * 31, lane=records[place].lane))
        elif kind == "changed":
            records[place].payload += 1
        elif kind == "extra":
            records.insert(place, Record(number, number * 31, run="r9999999999"))
        else:
            later = records.pop(place)
            after = next(i for i, record in enumerate(records) if i >= place and record.lane == later.lane)
            records.insert(after + 1, later)
        expected[kind] += 1
    return expected


def delayed(folder, milliseconds):
    """A set whose ids came so much later than they were loaded."""
    outputs = Outputs(len(milliseconds))
    sets = outputs.sets(folder)
    late = pa.table(pq.read_table(sets.copy).to_pydict(), schema=SHAPE.schema).sort_by("id")
    source = pq.read_table(sets.source).sort_by("id")["timestamp_ms"].to_pylist()
    times = pa.array([at + more for at, more in zip(source, milliseconds, strict=True)])
    path = folder / "late.parquet"
    pq.write_table(late.set_column(2, "timestamp_ms", times), path)
    return replace(sets, copy=path)


def test_delays_are_those_of_first_deliveries_by_nearest_rank(folder):
    """Of 1 .. 200 ms the median is 100, and 99 of 100 ids came within 198."""
    found, _ = prove(delayed(folder, list(range(1, 201))), PHASES)
    assert (found.delay_p50_ms, found.delay_p99_ms, found.delay_max_ms) == (100, 198, 200)


def test_a_sink_that_hands_on_timestamps_tells_no_delay(folder):
    """Every id would seem to have come at once."""
    found, _ = prove(delayed(folder, [0] * 50), PHASES)
    assert (found.delay_p50_ms, found.delay_p99_ms, found.delay_max_ms) == (None, None, None)


@pytest.mark.parametrize("keyed", [False, True])
def test_the_pieces_make_one_whole(folder, monkeypatch, keyed):
    """Whatever their number: counts add up, and the first offenders are the first of all."""
    outputs = Outputs(60)
    for records in outputs.chaos.values():
        records[:] = [record for record in records if record.id % 2]
    sets = outputs.sets(folder)
    sets = replace(sets, loaded=None, source=None) if keyed else sets
    whole = prove(sets, PHASES)
    monkeypatch.setattr(pieces, "PIECE", 7)
    monkeypatch.setattr(order, "LANES", 7)
    assert prove(sets, PHASES) == whole
    assert (whole[0].lost, whole[0].expected) == (30, 60)
    assert [one.id for one in whole[1]] == [str(number) for number in range(0, 40, 2)]


KINDS = st.sampled_from(["lost", "duplicated", "changed", "extra", "reordered"])


@settings(EVERY_TIME, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 58), KINDS), min_size=35, max_size=59, unique_by=lambda pair: pair[0]))
def test_what_is_planted_is_found_exactly(folder, plan):
    """More than a thousand offences in thirty sets, at most one in each stretch of three ids of a lane."""
    outputs = Outputs(60 * 21)
    spread = {place * 21 + 7: kind for place, kind in plan}
    expected = planted(outputs, spread)
    found, offenders = prove(outputs.sets(folder), PHASES)
    kinds = ("lost", "duplicated", "changed", "extra", "reordered")
    assert {kind: getattr(found, kind) for kind in kinds} == {kind: expected[kind] for kind in kinds}
    told = {(int(one.id), one.kind) for one in offenders if one.kind != "extra"}
    for kind in kinds[:3] + kinds[4:]:
        ids = sorted(number for number, what in spread.items() if what == kind)[:20]
        assert sorted(number for number, what in told if what == kind) == ids


@settings(EVERY_TIME, max_examples=100)
@given(st.integers(1, 400), st.integers(0, 100))
def test_a_clean_set_gives_no_alarm(folder, count, aborted):
    """Whatever its transactions aborted and wrote again."""
    outputs = Outputs(count)
    outputs.uncommitted = [Record(number, number * 31, lane=str(number % 7)) for number in range(min(aborted, count))]
    found, offenders = prove(outputs.sets(folder), PHASES)
    assert (found.ids, found.records, offenders) == (count, count, [])
    assert (found.lost, found.duplicated, found.extra, found.changed, found.reordered) == (0, 0, 0, 0, 0)
    assert found.aborted == len(outputs.uncommitted)
