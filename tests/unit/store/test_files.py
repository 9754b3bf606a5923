"""The edge to file systems: whole or absent, never over another, one line for every refusal."""

import errno
import multiprocessing
import os
import threading
from contextlib import nullcontext
from pathlib import Path

import pytest
from flink_chaos.store import publishing
from flink_chaos.store.address import root_of
from flink_chaos.store.errors import ExistsError, StoreError, StoreUnavailableError
from flink_chaos.store.files import (
    copy_in,
    copy_out,
    is_there,
    names_in,
    text_at,
    text_of,
    write_new,
    write_over,
)
from upath import UPath

WRITERS, RACES = 8, 40


@pytest.fixture(params=["{}", "file://{}", "file:{}", "local://{}", "memory://{}"])
def root(tmp_path, request):
    """On a disk, however it is written, and in an object store as far as Python can tell."""
    return root_of(request.param.format(tmp_path))


def without_links(monkeypatch):
    """As on a file system that knows no hard links."""

    def link(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)


def tried(path, text):
    """Whether this writer won."""
    try:
        write_new(path, text)
    except StoreError:
        return False
    return True


def race(path, won):
    """All writers at the same moment."""
    gate = threading.Barrier(WRITERS)

    def write(number):
        gate.wait()
        if tried(path, f"{number}" * 10_000):
            won.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("links", [True, False])
def test_of_threads_that_write_the_same_name_one_wins(root, links, monkeypatch):
    """And what stands is whole, and its."""
    if not links:
        without_links(monkeypatch)
    for number in range(RACES):
        won = []
        race(root / "run" / f"{number}.json", won)
        assert [text_of(root / "run" / f"{number}.json")] == [f"{winner}" * 10_000 for winner in won]


def process(address, start, won):
    """One of the processes that race."""
    start.wait()
    for number in range(RACES):
        if tried(root_of(address) / f"{number}.json", f"{os.getpid()}"):
            won.put((number, os.getpid()))


@pytest.mark.parametrize("links", [True, False])
def test_of_processes_that_write_the_same_name_one_wins(tmp_path, links, monkeypatch):
    """Worker, triggerer and shell are several."""
    if not links:
        without_links(monkeypatch)
    fork = multiprocessing.get_context("fork")
    start, won = fork.Event(), fork.Queue()
    processes = [fork.Process(target=process, args=(tmp_path.as_uri(), start, won)) for _ in range(4)]
    for one in processes:
        one.start()
    start.set()
    winners = [won.get(timeout=60) for _ in range(RACES)]
    for one in processes:
        one.join(60)
    assert won.empty()
    assert {number: text_at(UPath(tmp_path) / f"{number}.json") for number in range(RACES)} == {
        number: str(winner) for number, winner in winners
    }


def test_what_stands_is_told_and_left(root):
    """A record is never overwritten, not even by a folder's name."""
    write_new(root / "a" / "b", "1")
    for taken in ("b", ""):
        with pytest.raises(ExistsError, match="exists already"):
            write_new(root / "a" / taken if taken else root / "a", "2")
    assert text_of(root / "a" / "b") == "1"


@pytest.mark.parametrize("links", [True, False])
def test_a_writer_that_fails_leaves_nothing_behind(tmp_path, monkeypatch, links):
    """No half of a file, and no part of its own."""
    if not links:
        without_links(monkeypatch)

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnavailableError, match=r"x: cannot be written: No space left on device; make room there$"):
        write_new(UPath(tmp_path) / "x", "1")
    assert [*tmp_path.iterdir()] == []


def test_a_claim_of_a_writer_that_was_killed_is_told(tmp_path, monkeypatch):
    """What to do stands in it."""
    without_links(monkeypatch)
    (tmp_path / ".x.claim").touch()
    with pytest.raises(StoreUnavailableError, match=r"another writes it, or was killed .* remove .*\.x\.claim"):
        write_new(UPath(tmp_path) / "x", "1")


def test_an_answer_that_got_lost_is_no_other_writer(tmp_path, monkeypatch):
    """A file server made the link, and is asked again by the machine's own client."""
    link = os.link

    def twice(part, path):
        link(part, path)
        link(part, path)

    monkeypatch.setattr(os, "link", twice)
    write_new(UPath(tmp_path) / "x", "1")
    assert text_of(UPath(tmp_path) / "x") == "1"


@pytest.mark.parametrize(("umask", "file", "around"), [(0o022, 0o640, 0o750), (0o002, 0o660, 0o770), (0o077, 0o600, 0o700), (0, 0o660, 0o770)])
def test_nobody_else_can_read_what_is_written(tmp_path, umask, file, around):
    """Owner and group as the umask says; never the others."""
    before = os.umask(umask)
    try:
        folder = root_of(tmp_path.as_uri()) / "a" / "b"
        write_new(folder / "new", "1")
        write_over(folder / "over", "1")
        copy_in(Path(__file__), folder / "copy")
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert modes == {"a": around, "b": around, "new": file, "over": file, "copy": file}


TEXTS = ["\u2028 \u2029 \x85 \x0b \x0c \x1c \x1e", "a\rb\r\nc\n", "\0", "\ufeff\ufffe\U0010ffff", "é 漢 🎈", ""]


@pytest.mark.parametrize("text", TEXTS)
def test_every_text_comes_back_to_the_character(root, text):
    """Whatever its line ends."""
    write_new(root / "x", text)
    assert text_of(root / "x") == text


def test_half_a_character_is_spelt_out(root):
    """JSON from elsewhere may hold it, UTF-8 may not."""
    write_new(root / "x", "a\ud800b")
    assert text_of(root / "x") == r"a\ud800b"


def test_bytes_that_are_no_text_hide_nothing_else(tmp_path):
    """They are shown as such."""
    (tmp_path / "x").write_bytes(b"a\xff\xfeb")
    assert text_of(UPath(tmp_path) / "x") == "a\ufffd\ufffdb"


@pytest.mark.parametrize("locale", ["C", "POSIX", "tr_TR.ISO8859-9"])
def test_texts_do_not_depend_on_the_locale(tmp_path, monkeypatch, locale):
    """UTF-8 everywhere."""
    import subprocess
    import sys

    code = "import sys; from upath import UPath; from flink_chaos.store.files import write_new, text_of\n"
    code += "path = UPath(sys.argv[1]) / 'x'; write_new(path, '\\u6f22\\u2028'); assert text_of(path) == '\\u6f22\\u2028'"
    plain = {**os.environ, "LC_ALL": locale, "LANG": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=plain)


def test_only_what_may_be_a_record_is_listed(root):
    """Parts of files that are being written, and what desktops leave, are none."""
    for name in ("a", ".DS_Store", ".abc.part"):
        write_new(root / "folder" / name, "1")
    assert (names_in(root / "folder"), names_in(root / "none"), names_in(root / "folder" / "a")) == (["a"], [], [])


def test_what_is_not_there_is_no_refusal(root):
    """Nor is what lies below a file."""
    write_new(root / "file", "1")
    for path in (root / "none", root / "file" / "below", root / "none" / "below"):
        assert (text_of(path), is_there(path)) == (None, False)
        with pytest.raises(StoreError, match="is not there"):
            text_at(path)


def test_a_file_in_place_of_a_folder_is_one_line(root):
    """What, where, why, what to do."""
    write_new(root / "file", "1")
    with pytest.raises(StoreUnavailableError) as told:
        write_new(root / "file" / "below" / "x", "2")
    assert "cannot be written" in str(told.value)
    assert "move it away" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_folder_in_place_of_a_file_is_one_line(tmp_path):
    """Whoever reads it is told so."""
    (tmp_path / "plan.json").mkdir()
    with pytest.raises(StoreUnavailableError, match=r"plan.json: cannot be read: Is a directory; something of another kind"):
        text_of(UPath(tmp_path) / "plan.json")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("foo://x", "foo://x: cannot be opened: Unsupported filesystem: 'foo'; set FLINK_CHAOS_STORE to a folder, or"),
        ("s3://bucket/runs", "s3://bucket/runs/x: cannot be {}: Install s3fs to access S3; install that, or set"),
        ("gs://bucket/runs", "install gcsfs"),
    ],
)
@pytest.mark.parametrize(("deed", "act"), [("read", text_of), ("written", lambda path: write_new(path, "1"))])
def test_an_address_that_cannot_be_used_is_one_line(address, told, deed, act):
    """Such as one whose client is not installed, or that nobody knows."""
    with pytest.raises(StoreUnavailableError) as error:
        act(root_of(address) / "x")
    assert told.format(deed) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("deed", [text_of, is_there, names_in, lambda path: copy_out(path, Path("/nowhere"), 1)])
def test_a_server_that_does_not_answer_is_no_missing_file(deed):
    """Though a web server's client tells it as one."""
    with pytest.raises(StoreUnavailableError, match=r"cannot be .*: Connect call failed"):
        deed(root_of("http://127.0.0.1:1/runs") / "x")


@pytest.mark.parametrize(("status", "found"), [(404, None), (500, StoreUnavailableError), (403, StoreUnavailableError)])
def test_only_a_server_that_says_so_has_no_such_file(monkeypatch, status, found):
    """One that is broken, or forbids it, may have it."""
    root, answer = root_of("memory://answering"), Exception("Internal Server Error")
    answer.status = status

    def ask(*_, **__):
        raise FileNotFoundError("x") from answer

    monkeypatch.setattr(type(root.fs), "open", ask)
    with pytest.raises(found) if found else nullcontext():
        assert text_of(root / "x") is None


def test_a_folder_is_not_made_for_a_process_whose_own_was_removed(tmp_path, monkeypatch):
    """Its `.` lies in itself."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(StoreUnavailableError, match=r"x: cannot be written: No such file or directory; make "):
        write_new(UPath("folder") / "x", "1")


def test_a_store_that_can_only_be_read_is_one_line():
    """Such as a web server."""
    with pytest.raises(StoreUnavailableError, match="NotImplementedError; such a store cannot hold records"):
        write_new(root_of("http://127.0.0.1:1/runs") / "x", "1")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "Permission denied; give this user the right"),
        (OSError(errno.EROFS, "Read-only file system"), "Read-only file system; it can only be read"),
        (FileNotFoundError("The specified bucket does not exist"), "bucket does not exist; make the bucket"),
        (RuntimeError("Unable to locate credentials\nsecond line"), "Unable to locate credentials; see that it can be reached"),
        (NotImplementedError(), "NotImplementedError; such a store cannot hold records"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "Disk quota exceeded; make room there"),
        (TimeoutError(), "TimeoutError; see that it can be reached"),
    ],
)
def test_whatever_a_client_raises_is_one_line(monkeypatch, error, told):
    """The clients of object stores raise what they like."""
    root = root_of("memory://refusing")

    def refuse(*_, **__):
        raise error

    monkeypatch.setattr(type(root.fs), "pipe_file", refuse)
    with pytest.raises(StoreUnavailableError, match=told):
        write_new(root / "x", "1")


def test_an_object_store_is_asked_to_write_only_what_is_new(monkeypatch):
    """Two machines look at the same moment, and see nothing: the request itself must tell."""
    root = root_of("memory://late")
    monkeypatch.setattr(type(root), "exists", lambda _: False)
    monkeypatch.setattr(publishing, "_LOCKS", [threading.Lock()])
    write_new(root / "x", "1")
    with pytest.raises(StoreError):
        write_new(root / "x", "2")
    assert text_of(root / "x") == "1"


def test_a_file_is_stored_and_brought_back_whole(root, tmp_path):
    """Over an older one of the same name, which had the same in it."""
    source, back = tmp_path / "source", tmp_path / "back"
    for content in (b"1\xff" * 100_000, b"2"):
        source.write_bytes(content)
        copy_in(source, root / "proof" / "x.parquet")
        assert copy_out(root / "proof" / "x.parquet", back, 1_000_000)
        assert back.read_bytes() == content
    assert not copy_out(root / "proof" / "none", back, 1)
    assert names_in(root / "proof") == ["x.parquet"]
