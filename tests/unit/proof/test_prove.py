import json
from collections import Counter
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flink_chaos.proof import order, pieces
from flink_chaos.proof.extract import Shape
from flink_chaos.proof.phases import Phases, Replay
from flink_chaos.proof.prove import prove
from flink_chaos.proof.sets import Sets
from flink_chaos.report.proof import offending
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.proof.sets_of import PARTITIONS, RUN, SHAPE, Outputs, Record, written

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


NONE = (None, None, None)


@pytest.mark.parametrize("piece", [50, 7])
@pytest.mark.parametrize(
    ("milliseconds", "delays"),
    [
        ([0] * 50, NONE),
        ([0] * 49 + [9], NONE),
        ([-1] + [5] * 49, NONE),
        ([5] * 50, (5, 5, 5)),
        ([0, *[5] * 49], (5, 5, 5)),
    ],
)
def test_timestamps_that_measure_no_delay_tell_none(folder, monkeypatch, piece, milliseconds, delays):
    """A sink hands on the source's, or two clocks differ: decided over all ids, however they are counted."""
    monkeypatch.setattr(pieces, "PIECE", piece)
    found, _ = prove(delayed(folder, milliseconds), PHASES)
    assert (found.delay_p50_ms, found.delay_p99_ms, found.delay_max_ms) == delays


def rewritten(folder, path, change):
    """The same file with changed rows."""
    rows = [change(row) for row in pq.read_table(path).to_pylist()]
    other = folder / f"{path.stem}-changed.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=SHAPE.schema), other)
    return other


def test_a_replay_by_a_slow_clock_is_no_first_delivery(folder):
    """Order and delays go by place: what comes again later in its partition came later, whatever its clock says."""
    outputs = Outputs(60)
    outputs.chaos[0] += [Record(record.id, record.payload, lane=record.lane) for record in outputs.chaos[0][5:9]]
    replayed = len(outputs.chaos[0]) - 4
    sets = outputs.sets(folder)

    def slow(row):
        late = row["partition"] == 0 and row["offset"] >= replayed
        return row | {"timestamp_ms": -5_000 if late else row["timestamp_ms"] + 40}

    sets = replace(sets, copy=rewritten(folder, sets.copy, slow))
    found, offenders = prove(sets, PHASES)
    assert (found.reordered, found.duplicated, found.surplus) == (0, 4, 4)
    assert (found.delay_p50_ms, found.delay_max_ms) == (40, 40)
    assert [place.offset for place in offenders[0].sink] == [5, replayed]
    assert offenders[0].cause == "written again, by a producer whose clock is behind"


def test_an_older_record_that_comes_late_is_reordered_whatever_its_clock_says(folder):
    """It was written after one of its lane that was loaded later."""
    outputs = Outputs(60)
    records = outputs.chaos[0]
    moved = records.pop(0)
    records.append(moved)
    sets = outputs.sets(folder)
    sets = replace(sets, copy=rewritten(folder, sets.copy, lambda row: row | {"timestamp_ms": -row["offset"]}))
    found, offenders = prove(sets, PHASES)
    assert (found.reordered, [one.id for one in offenders]) == (1, [str(moved.id)])


def test_records_of_earlier_runs_are_proved_one_by_one(folder):
    """Ten lost and ten twice do not cancel out."""
    outputs = Outputs(30)
    sets = outputs.sets(folder)
    stable = rewritten(folder, sets.stable, lambda row: row | {"run": "earlier" if row["id"] < 20 else row["run"]})
    ids = [*range(10), *range(10), *range(20, 30)]
    copy = rewritten(folder, stable, lambda row: row | {"id": ids[row["id"]], "payload": ids[row["id"]] * 31})
    found, offenders = prove(replace(sets, stable=stable, copy=copy, uncommitted=None), PHASES)
    assert (found.lost, found.duplicated, found.surplus, found.changed, found.extra) == (10, 10, 10, 0, 0)
    assert (found.older, found.counted, {one.kind for one in offenders}) == (20, 10, {"lost", "duplicated"})


def test_several_records_of_one_id_are_compared_value_by_value(folder):
    """A fan-out: one of three lacks, one is another, one is too many."""
    outputs = Outputs(9)
    every = {0: [Record(n, n * 10 + k) for n in range(9) for k in (0, 1, 1)]}
    sets = outputs.sets(folder)
    chaos = [Record(r.id, r.payload) for r in every[0]]
    del chaos[0]
    chaos[5].payload = 77
    chaos.append(Record(8, 81))
    copy = {"stable": written(folder, every), "copy": written(folder, {0: chaos}), "uncommitted": None}
    found, offenders = prove(replace(sets, **copy), PHASES)
    assert (found.expected, found.lost, found.changed, found.surplus, found.extra) == (9, 1, 1, 1, 0)
    assert [(one.kind, one.id) for one in offenders] == [("changed", "2"), ("duplicated", "8"), ("lost", "0")]
    assert offenders[-1].cause == "2 of 3 records came"


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


def test_keys_of_megabytes_make_findings_of_kilobytes(folder):
    """Each is still another one, and so is the run of a stranger."""
    shape = Shape(run_key="run_key", key=("k",), values=("v",))
    ids = [f'["{"k" * 1_000_000}{n}"]' for n in range(30)]
    stable = written(folder, {0: [Record(one, 1) for one in ids]}, shape)
    copy = written(folder, {0: [Record("x", 1, run="r" * 1_000_000)]}, shape)
    _, found = prove(Sets(run_key=RUN, copy=copy, stable=stable), PHASES)
    assert len(json.dumps([one.model_dump() for one in found])) < 50_000
    assert len({one.id for one in found if one.kind == "lost"}) == 20


def test_of_an_id_that_came_very_often_some_places_are_listed(folder):
    """The first ones and the last, and how many there are."""
    outputs = Outputs(3)
    outputs.chaos[0] += [Record(0, 0, lane="0") for _ in range(5_000)]
    _, found = prove(outputs.sets(folder), PHASES)
    often = next(one for one in found if one.kind == "duplicated")
    assert (len(often.sink), often.places, often.sink[-1].offset) == (100, 5_001, 5_000)
    assert offending("what", [often])[1][0][4].endswith("and 4,998 more")
