import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.logs import KeptLog, Logs
from flink_chaos.store import logs
from flink_chaos.store.logs import append_log, kept_logs, kept_until, log_lines
from flink_chaos.store.records import Store, StoreError

from tests.unit.plans import a_plan

LINE = "2026-01-01T00:00:00Z {}\n"


@pytest.fixture(params=["file", "memory"])
def attempt(tmp_path, request):
    """On a disk, and in an object store as far as Python can tell."""
    root = tmp_path.as_uri() if request.param == "file" else f"memory://{tmp_path.name}"
    return Store(root).open(a_plan())


def texts(attempt, pod="p"):
    return [line.text for line in log_lines(attempt, KeptLog(Copy.CHAOS, pod, 0))]


def test_a_log_is_its_parts_in_the_order_of_time(attempt):
    """9 ns come before 10 ns, although not as text."""
    for last_ns in (10, 9):
        append_log(attempt, Copy.CHAOS, "p", LINE.format(f"{last_ns} ä"), last_ns)
    assert texts(attempt) == ["9 ä", "10 ä"]


def test_where_to_go_on_stands_in_the_store(attempt):
    """Whoever fetches next may be another process."""
    assert kept_until(attempt, Copy.CHAOS, "p") == 0
    for last_ns in (10, 9):
        append_log(attempt, Copy.CHAOS, "p", LINE.format("x"), last_ns)
    assert kept_until(attempt, Copy.CHAOS, "p") == 10
    assert kept_until(attempt, Copy.STABLE, "p") == 0


def test_nothing_new_is_no_part(attempt):
    """A pod that is silent costs nothing."""
    append_log(attempt, Copy.CHAOS, "p", "", 0)
    assert kept_logs(attempt) == []


def test_a_part_is_never_written_over(attempt):
    """Two observers of one run may meet."""
    append_log(attempt, Copy.CHAOS, "p", LINE.format("x"), 9)
    with pytest.raises(StoreError, match="never overwritten"):
        append_log(attempt, Copy.CHAOS, "p", LINE.format("y"), 9)


def test_of_a_pod_that_writes_too_much_the_last_parts_are_kept(attempt, monkeypatch):
    """Bytes count, and the last part stays whatever its size."""
    monkeypatch.setattr(logs, "MOST_BYTES", 2 * len(LINE.format("ä").encode()))
    for last_ns in range(1, 5):
        append_log(attempt, Copy.CHAOS, "p", LINE.format("ä"), last_ns)
    assert kept_logs(attempt) == [KeptLog(Copy.CHAOS, "p", logs.MOST_BYTES)]
    assert len(texts(attempt)) == 2
    append_log(attempt, Copy.CHAOS, "p", LINE.format("long" * 99), 5)
    assert texts(attempt) == ["long" * 99]


def test_logs_are_listed_by_copy_and_pod(attempt):
    """With their size in bytes."""
    for copy, pod in ((Copy.STABLE, "b"), (Copy.CHAOS, "b"), (Copy.CHAOS, "a")):
        append_log(attempt, copy, pod, LINE.format("ä"), 1)
    size = len(LINE.format("ä").encode())
    assert kept_logs(attempt) == [
        KeptLog(copy, pod, size) for copy, pod in (("chaos", "a"), ("chaos", "b"), ("stable", "b"))
    ]


def test_a_report_reads_the_jobmanagers_of_the_chaos_copy(attempt):
    """All of them, by time: one that came in place of another says why."""
    for copy, pod, last_ns in (
        ("chaos", "b", 3),
        ("chaos", "a", 9),
        ("chaos", "c-taskmanager-1-1", 4),
        ("stable", "d", 5),
    ):
        append_log(attempt, Copy(copy), pod, LINE.format(pod).replace(":00Z", f":0{last_ns}Z"), last_ns)
    told = logs.logs(attempt)
    assert ([line.pod for line in told.jobmanager], len(told.kept)) == (["b", "a"], 4)


def test_a_run_without_logs_is_one_of_before(attempt):
    """It is read all the same."""
    assert logs.logs(attempt) == Logs([], [])


@pytest.mark.parametrize("text", ["a\u2028b\u2029c\x85d", "10 %\r20 %", "\x1b[31mred\x1b[0m \x0b \x0c \x1c", "\0", "\ufeff"])
def test_a_line_of_a_log_is_what_it_was(attempt, text):
    r"""Only `\n` ends it: what follows another end would have no moment, and be lost."""
    append_log(attempt, Copy.CHAOS, "p", LINE.format(text), 1)
    assert texts(attempt) == [text]


def test_half_a_character_in_a_log_is_spelt_out(attempt):
    """And the size that the name tells is that of the file."""
    append_log(attempt, Copy.CHAOS, "p", LINE.format("\ud800"), 1)
    assert texts(attempt) == [r"\ud800"]
    assert kept_logs(attempt)[0].size == len(LINE.format(r"\ud800"))


@pytest.mark.parametrize("pod", ["..", "../..", "a/b", "", ".", "A", "a\0", "-a", "a" * 254])
def test_what_is_no_name_of_a_pod_is_no_path(attempt, pod):
    """Kubernetes gives no pod such a name."""
    with pytest.raises(StoreError, match="log"):
        append_log(attempt, Copy.CHAOS, pod, "x\n", 1)


def test_stray_files_are_no_logs(attempt):
    """Nor pods."""
    append_log(attempt, Copy.CHAOS, "p", LINE.format("x"), 1)
    for name in ("x.log", "1.log", "1-x.log", "1-2-3.log", "\u0661-\u0661.log", ".1-2.log", "1-2.log.bak"):
        (attempt.folder / "logs" / "chaos" / "p" / name).write_text("x")
        (attempt.folder / "logs" / "chaos" / name).write_text("x")
    assert [(log.pod, texts(attempt, log.pod)) for log in kept_logs(attempt)] == [("p", ["x"])]
    assert kept_until(attempt, Copy.CHAOS, "p") == 1
