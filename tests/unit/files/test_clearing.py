import os
from datetime import UTC, datetime

import pytest
from flink_chaos.files.clearing import delete_old
from flink_chaos.files.listing import FilesError
from flink_chaos.model.footprint import RUN_KEY

BEFORE = datetime(2026, 11, 20, tzinfo=UTC)
OLD, NEW = datetime(2026, 11, 19, tzinfo=UTC).timestamp(), datetime(2026, 11, 21, tzinfo=UTC).timestamp()


@pytest.fixture
def storage(tmp_path):
    """Two runs: one that nobody has written to for long, one whose newest checkpoint is deep within an old folder."""
    for key, newest in (("r0000000001", OLD), ("r0000000002", NEW)):
        checkpoint = tmp_path / key / "chaos" / "checkpoints" / "chk-7"
        checkpoint.mkdir(parents=True)
        metadata = checkpoint / "_metadata"
        metadata.write_bytes(b"x")
        for path in (checkpoint, *checkpoint.parents[:3]):
            os.utime(path, (OLD, OLD))
        os.utime(metadata, (newest, newest))
    return tmp_path


def cleared(storage, spared=()):
    return delete_old(storage.as_uri(), RUN_KEY, BEFORE, spared)


def test_a_run_s_folder_goes_when_nothing_in_it_is_new(storage):
    assert cleared(storage) == ["r0000000001"]
    assert [path.name for path in storage.iterdir()] == ["r0000000002"]


def test_a_run_that_holds_a_lock_keeps_its_folder(storage):
    assert cleared(storage, {"r0000000001"}) == []


@pytest.mark.parametrize("name", ["production", "r000000000", "r0000000003x", "r000000000G", "..r0000000003"])
def test_a_folder_of_somebody_else_is_never_touched(storage, name):
    """However old: only what is named as a run is."""
    foreign = storage / name
    foreign.mkdir()
    os.utime(foreign, (OLD, OLD))
    cleared(storage)
    assert foreign.exists()


def test_a_file_that_is_named_as_a_run_stays(storage):
    file = storage / "r0000000003"
    file.touch()
    os.utime(file, (OLD, OLD))
    cleared(storage)
    assert file.exists()


def test_an_empty_folder_of_a_run_goes_by_its_own_time(storage):
    empty = storage / "r0000000003"
    empty.mkdir()
    os.utime(empty, (OLD, OLD))
    assert cleared(storage) == ["r0000000001", "r0000000003"]


def test_before_the_first_run_there_is_nothing(tmp_path):
    assert cleared(tmp_path / "none") == []


def test_a_store_that_does_not_answer_is_told_in_one_line():
    with pytest.raises(FilesError, match=r"cannot delete old folders in webhdfs://127.0.0.1:9/x: .*Check the address"):
        delete_old("webhdfs://127.0.0.1:9/x", RUN_KEY, BEFORE, ())


def test_a_listing_that_names_something_elsewhere_deletes_nothing(storage, monkeypatch):
    """What answers there may be anything."""
    elsewhere = {"name": str(storage.parent / "r0000000009"), "type": "directory"}
    monkeypatch.setattr("fsspec.implementations.local.LocalFileSystem.ls", lambda *_, **__: [elsewhere])
    with pytest.raises(FilesError, match=r"its listing names .*r0000000009.*, which is not in it"):
        cleared(storage)
