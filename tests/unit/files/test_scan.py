import pytest
from flink_chaos.files import scan as module
from flink_chaos.files.listing import FilesError, list_files
from flink_chaos.files.scan import scan_files
from flink_chaos.model.batches import SCHEMA


def rows_of(folder):
    """All lines of all files below it, as the scan gives them."""
    files = list(enumerate(list_files(folder.as_uri())))
    return [row for batch in scan_files(folder.as_uri(), files) for row in batch.to_pylist()]


def test_each_line_is_a_record_with_its_file_and_number(tmp_path):
    """Files count from 0, and lines in them."""
    (tmp_path / "a").write_text("x\ny\n")
    (tmp_path / "b").write_text("z")
    places = [(row["partition"], row["offset"], row["value"]) for row in rows_of(tmp_path)]
    assert places == [(0, 0, b"x"), (0, 1, b"y"), (1, 0, b"z")]


def test_numbers_go_on_from_batch_to_batch(tmp_path, monkeypatch):
    """A file is larger than a batch."""
    monkeypatch.setattr(module, "BATCH", 3)
    (tmp_path / "a").write_text("".join(f"{n}\n" for n in range(8)))
    assert [row["offset"] for row in rows_of(tmp_path)] == list(range(8))
    batches = list(scan_files(tmp_path.as_uri(), enumerate(list_files(tmp_path.as_uri()))))
    assert [batch.num_rows for batch in batches] == [3, 3, 2]
    assert all(batch.schema == SCHEMA for batch in batches)


def test_an_empty_file_holds_nothing(tmp_path):
    """Flink leaves some behind that no checkpoint finished."""
    (tmp_path / "a").write_text("")
    assert rows_of(tmp_path) == []


def test_a_file_that_is_gone_is_one_line(tmp_path):
    """A scan is whole or none."""
    (tmp_path / "a").write_text("x\n")
    files = list(enumerate(list_files(tmp_path.as_uri())))
    (tmp_path / "a").unlink()
    with pytest.raises(FilesError, match=f"cannot read {tmp_path.as_uri()}/a: "):
        list(scan_files(tmp_path.as_uri(), files))
