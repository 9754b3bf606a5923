"""Where a store is: an address means what it says, or is told in one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flink_chaos.store.address import root_of
from flink_chaos.store.errors import StoreError
from upath import UPath

NO_PROTOCOL = "what stands before the colon is no protocol, or slashes are missing"
PLAIN = "it begins or ends with a blank or a quotation mark"
HOST = "two slashes begin a host; write three, as in file:///var/lib/flink-chaos"
WRONG = {
    '"s3://bucket/runs"': PLAIN,
    "'/var/lib/runs'": PLAIN,
    " s3://bucket/runs": PLAIN,
    "/var/lib/runs\n": PLAIN,
    "s3 ://bucket/runs": NO_PROTOCOL,
    "s3_x://bucket/runs": NO_PROTOCOL,
    "s3:bucket/runs": NO_PROTOCOL,
    "arrow_hdfs://x": NO_PROTOCOL,
    "x://": NO_PROTOCOL,
    "://": NO_PROTOCOL,
    "file:runs": NO_PROTOCOL,
    "file://var/lib/x": HOST,
    "file://host/tmp": HOST,
    "local://runs": HOST,
    "file://": HOST,
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("address", WRONG)
def test_an_address_never_becomes_a_folder_that_nobody_named(address):
    """What is wrong, and what to do."""
    with pytest.raises(StoreError) as told:
        root_of(address)
    assert str(told.value) == (
        f"FLINK_CHAOS_STORE is {address!r}: {WRONG[address]}; set it to a folder, or to an address such as s3://bucket/runs"
    )


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("s3:///x", "non key-like path provided .*; set FLINK_CHAOS_STORE to a folder"),
        ("S3://bucket/x", "Unsupported filesystem: 'S3'; set FLINK_CHAOS_STORE to a folder"),
        ("data:,abc", "join not supported by DataPath; such a store cannot hold records"),
        ("data://x", "join not supported by DataPath; such a store cannot hold records"),
        ("http://[::1", "Invalid IPv6 URL; set FLINK_CHAOS_STORE to a folder"),
        ("~nobody-of-that-name/x", "Could not determine home directory"),
        ("foo://" + "x" * 100_000, "^foo://x{60,80}[^x].*: cannot be opened"),
    ],
)
def test_an_address_that_a_client_stumbles_over_is_told(address, told):
    """Before anything is asked of it, and cut."""
    with pytest.raises(StoreError, match=told) as error:
        root_of(address)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("address", ["webhdfs://h/x", "dir::x", "reference://", "filecache::x", "s3_x://b/r"])
def test_nothing_but_our_own_line_is_said(address):
    """Others warn on standard error."""
    plain = {**os.environ, "FLINK_CHAOS_STORE": address}
    command = [sys.executable, "-m", "flink_chaos.cli.main", "show", "r0123456789"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=plain, timeout=60)
    assert (done.returncode, done.stderr.count("\n"), done.stderr[:13]) == (4, 1, "flink-chaos: "), done.stderr


@pytest.mark.parametrize("address", ["{}", "file://{}", "file:{}", "local://{}"])
def test_a_folder_of_this_machine_is_one_however_it_is_written(tmp_path, address):
    """Each with all that a local file system can do."""
    assert root_of(address.format(tmp_path)) == UPath(tmp_path)
    assert isinstance(root_of(address.format(tmp_path)), Path)


@pytest.mark.parametrize("address", ["a:b", "runs", "a 'b' c", "./s3://x"])
def test_a_folder_may_have_any_name(tmp_path, address):
    """Below another one."""
    assert root_of(f"{tmp_path}/{address}") == UPath(tmp_path) / address


def test_the_home_folder_is_known(monkeypatch, tmp_path):
    """Docker and systemd hand `~` on as it is."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert root_of("~/runs") == root_of("file://~/runs") == UPath(tmp_path / "runs")


def test_a_folder_below_one_that_was_removed_is_told(tmp_path, monkeypatch):
    """The process' own is gone: it would look like an empty store."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(StoreError, match=r"rel: cannot be opened: No such file or directory; make the bucket or the folder"):
        root_of("rel")
