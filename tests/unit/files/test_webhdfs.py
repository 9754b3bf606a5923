"""Against a NameNode's answers as the lab's gave them; the lab's own tests ask it."""

import time

import pytest
from flink_chaos.files import listing
from flink_chaos.files.listing import FilesError, list_files
from flink_chaos.files.scan import scan_files

from tests.unit.fake_server import FakeServer

STATUS = {
    "accessTime": 1795524027954,
    "blockSize": 134217728,
    "group": "supergroup",
    "length": 13,
    "modificationTime": 1795524028393,
    "owner": "flink",
    "permission": "644",
    "type": "FILE",
}
LISTED = {"/out": [("chaos", "DIRECTORY")], "/out/chaos": [("part-0", "FILE"), (".part-1.inprogress.8", "FILE")]}


class NameNode(FakeServer):
    """A part of WebHDFS; it hands out the file itself, where a real one names a DataNode."""

    def answer(self, request):
        path = request.path.removeprefix("/webhdfs/v1")
        if path == "/slow":
            time.sleep(1)
        if request.query["op"].upper() == "OPEN":
            return 200, '{"n":1}\n{"n":'
        if request.query["op"].upper() == "GETFILESTATUS":
            return 200, {"FileStatus": STATUS}
        if path not in LISTED:
            return 404, {"RemoteException": {"exception": "FileNotFoundException", "message": f"no {path}"}}
        found = [STATUS | {"pathSuffix": name, "type": kind} for name, kind in LISTED[path]]
        return 200, {"FileStatuses": {"FileStatus": found}}


@pytest.fixture
def namenode():
    """Its URL as fsspec takes it."""
    with NameNode() as fake:
        yield fake.url.replace("http", "webhdfs")


def test_directories_are_walked_and_files_tell_hdfs_own_time(namenode):
    """HDFS says when a file was closed."""
    found = [(file.path, file.size, file.modified_ms, file.finished) for file in list_files(f"{namenode}/out")]
    assert found == [
        ("chaos/.part-1.inprogress.8", 13, 1795524028393, False),
        ("chaos/part-0", 13, 1795524028393, True),
    ]


def test_what_is_not_there_is_empty(namenode):
    """A job that has written nothing yet."""
    assert list_files(f"{namenode}/none") == []


def test_a_half_written_line_is_a_record_that_nobody_can_read(namenode):
    """It is read as it is: the proof finds no id in it."""
    files = [(7, file) for file in list_files(f"{namenode}/out") if file.finished]
    rows = [row for batch in scan_files(f"{namenode}/out", files) for row in batch.to_pylist()]
    assert [(row["partition"], row["offset"], row["value"]) for row in rows] == [(7, 0, b'{"n":1}'), (7, 1, b'{"n":')]


def test_a_silent_namenode_is_given_up(namenode, monkeypatch):
    """Fsspec would wait for ever."""
    monkeypatch.setattr(listing, "TIMEOUT_SECONDS", 0.2)
    with pytest.raises(FilesError, match="timed out"):
        list_files(f"{namenode}/slow")
