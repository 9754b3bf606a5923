"""Bytes of a file: never endless, and never waiting for a writer."""

import os

import pytest
from flink_chaos.store import files, proofs
from flink_chaos.store.errors import StoreError, StoreUnavailableError
from flink_chaos.store.files import copy_out, text_of, write_new
from flink_chaos.store.proofs import fetch_file
from flink_chaos.store.reading import BLOCK_BYTES
from flink_chaos.store.records import Attempt
from upath import UPath

ODD = {"a pipe": os.mkfifo, "a device": lambda path: path.symlink_to("/dev/zero")}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("make", ODD.values(), ids=ODD)
@pytest.mark.parametrize("read", [text_of, lambda path: copy_out(path, path.with_name("copy"), 1)], ids=["text", "copy"])
def test_what_has_no_end_is_told_at_once(tmp_path, make, read):
    """And is no refusal that a wait would ask again for."""
    make(tmp_path / "x")
    with pytest.raises(StoreError, match=r"x: cannot be read: it is no regular file; move it away$") as told:
        read(UPath(tmp_path) / "x")
    assert not isinstance(told.value, StoreUnavailableError)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("read", [text_of, lambda path: fetch_file(Attempt(path.parents[1]), path.parents[1] / "x")], ids=["text", "proof"])
def test_a_file_that_no_record_can_be_is_told(tmp_path, read, monkeypatch):
    """Of gigabytes, which would not fit into memory."""
    monkeypatch.setattr(proofs, "MOST_BYTES", 1_000_000)
    path = UPath(tmp_path) / "proof" / "x"
    path.parent.mkdir()
    path.touch()
    os.truncate(path, 3_000_000_000)
    with pytest.raises(StoreError, match=r"x: cannot be read: it is larger than [0-9,]+ bytes, as no record is; move"):
        read(path)


@pytest.mark.parametrize("root", ["file", "memory"])
@pytest.mark.parametrize("size", [0, 1, BLOCK_BYTES, 2 * BLOCK_BYTES + 1])
def test_a_file_may_be_as_large_as_is_allowed(tmp_path, root, size):
    """On any file system, and not a byte larger."""
    path = (UPath(tmp_path) if root == "file" else UPath(f"memory://{tmp_path.name}")) / "x"
    write_new(path, "1" * size)
    assert text_of(path, size) == "1" * size
    if size:
        with pytest.raises(StoreError, match="larger than"):
            text_of(path, size - 1)


def test_what_could_not_be_read_again_is_not_written(tmp_path, monkeypatch):
    """Whoever writes it hears of it, and nobody who judges later."""
    monkeypatch.setattr(files, "MOST_BYTES", 3)
    write_new(UPath(tmp_path) / "x", "123")
    with pytest.raises(StoreError, match=r"y: cannot be written: it has 4 bytes, 3 are allowed"):
        write_new(UPath(tmp_path) / "y", "1234")
    assert not (tmp_path / "y").exists()
