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
KINDS = {"/out": "DIRECTORY"} | {f"{path}/{name}": kind for path, found in LISTED.items() for name, kind in found}


class NameNode(FakeServer):
    """A part of WebHDFS; it hands out the file itself, where a real one names a DataNode."""

    opened, length, gone = (200, '{"n":1}\n{"n":'), 13, ()

    def answer(self, request):
        path = request.path.removeprefix("/webhdfs/v1")
        if path == "/slow":
            time.sleep(1)
        operation = request.query["op"].upper()
        if operation == "OPEN":
            return self.opened
        if path not in KINDS or (operation == "LISTSTATUS" and path in self.gone):
            return 404, {"RemoteException": {"exception": "FileNotFoundException", "message": f"no {path}"}}
        if operation == "GETFILESTATUS":
            return 200, {"FileStatus": STATUS | {"type": KINDS[path], "length": self.length}}
        found = [STATUS | {"pathSuffix": name, "type": kind} for name, kind in LISTED[path]]
        return 200, {"FileStatuses": {"FileStatus": found}}


@pytest.fixture
def fake():
    """One that answers."""
    with NameNode() as node:
        yield node


@pytest.fixture
def namenode(fake):
    """Its URL as fsspec takes it."""
    return fake.url.replace("http", "webhdfs")


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


def test_a_directory_that_vanishes_while_it_is_listed_is_no_empty_one(fake, namenode):
    """Whoever asks again sees what is there now."""
    fake.gone = ("/out/chaos",)
    with pytest.raises(FilesError, match="no /out/chaos"):
        list_files(f"{namenode}/out")


@pytest.mark.parametrize(
    ("answer", "length", "told"),
    [
        ((403, '{"RemoteException": {}}'), 13, "403"),
        ((200, '{"n":1}'), 7, r"part-0 had 13 bytes when the run ended, 7 were read: it was replaced"),
        ((200, '{"n":1}\n{"n":2}\n'), 16, r"part-0 had 13 bytes when the run ended, 16 were read"),
    ],
)
def test_what_is_not_the_file_that_was_recorded_is_no_record(fake, namenode, answer, length, told):
    """A DataNode's refusal, and other files of the same name."""
    files = [(0, file) for file in list_files(f"{namenode}/out") if file.finished]
    fake.opened, fake.length = answer, length
    with pytest.raises(FilesError, match=told):
        list(scan_files(f"{namenode}/out", files))


def test_a_stranger_who_answers_is_one_line(fake, namenode):
    """A proxy, or a page to log in."""
    fake.answer = lambda _: (200, {"hello": "you"})
    with pytest.raises(FilesError, match="cannot list"):
        list_files(f"{namenode}/out")


def test_one_lost_answer_is_asked_for_again(fake, namenode):
    """Of thousands."""
    answers, right = [(503, "busy")], fake.answer
    fake.answer = lambda request: answers.pop() if answers else right(request)
    assert len(list_files(f"{namenode}/out")) == 2


def test_a_silent_namenode_is_given_up(namenode, monkeypatch):
    """Fsspec would wait for ever."""
    monkeypatch.setattr(listing, "TIMEOUT_SECONDS", 0.2)
    with pytest.raises(FilesError, match="timed out"):
        list_files(f"{namenode}/slow")


@pytest.mark.parametrize("name", ["..", "../../etc/passwd", "a/b", ".", "a\0b"])
def test_a_file_that_is_not_in_its_directory_is_refused(namenode, monkeypatch, name):
    """It would be read as the application's."""
    monkeypatch.setitem(LISTED, "/out/chaos", [(name, "FILE")])
    with pytest.raises(FilesError, match=r"its listing names .*which is not in it"):
        list_files(f"{namenode}/out")
