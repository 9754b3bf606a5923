"""Files that end: whatever else can be opened is refused at once."""

import os
import socket

import pytest
from flink_chaos.regular import OddFileError, opened

ODD = {
    "a pipe": os.mkfifo,
    "a link to zeros": lambda path: path.symlink_to("/dev/zero"),
    "a link to a terminal's name": lambda path: path.symlink_to("/dev/null"),
    "a link to a link": lambda path: [path.with_name("other").symlink_to("/dev/zero"), path.symlink_to("other")],
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("make", ODD.values(), ids=ODD)
def test_what_has_no_end_is_refused(tmp_path, make):
    """Without waiting for anybody."""
    make(tmp_path / "x")
    with pytest.raises(OddFileError, match=r"^it is no regular file$"):
        opened(tmp_path / "x")


def test_a_socket_and_a_folder_are_refused_by_the_system(tmp_path):
    """As errors of the file system."""
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "x"))
        for path in (tmp_path / "x", tmp_path):
            with pytest.raises(OSError):
                opened(path)


def test_a_file_is_read_by_whatever_links(tmp_path):
    """Data may be kept elsewhere."""
    (tmp_path / "file").write_bytes(b"1")
    (tmp_path / "link").symlink_to("file")
    with opened(tmp_path / "link") as stream:
        assert stream.read() == b"1"
