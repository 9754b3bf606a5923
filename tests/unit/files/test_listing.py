import pytest
from flink_chaos.files.listing import FilesError, list_files


def test_hidden_files_are_not_finished(tmp_path):
    """Flink renames a file when it is finished; a hidden directory hides all that is in it."""
    for name in ("part-0", ".part-1.inprogress.7", "day=1/part-2", "_spill/part-3", "day=1/_SUCCESS"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x\n")
    found = {file.path: file.finished for file in list_files(tmp_path.as_uri())}
    assert [path for path, finished in found.items() if finished] == ["day=1/part-2", "part-0"]
    assert len(found) == 5


def test_a_file_tells_its_size_and_when_it_was_closed(tmp_path):
    """By its store's clock, in milliseconds."""
    path = tmp_path / "part-0"
    path.write_text("four")
    (file,) = list_files(f"{tmp_path.as_uri()}/")
    assert (file.size, file.modified_ms) == (4, int(path.stat().st_mtime * 1000))


def test_a_directory_that_is_not_there_holds_nothing(tmp_path):
    """Flink makes it with the first file."""
    assert list_files((tmp_path / "none").as_uri()) == []


def test_a_store_that_does_not_answer_is_one_line():
    """With what to look at."""
    with pytest.raises(FilesError, match=r"cannot list webhdfs://127.0.0.1:9/out: .* Check the address") as caught:
        list_files("webhdfs://127.0.0.1:9/out")
    assert "\n" not in str(caught.value)


def test_an_unknown_kind_of_store_is_one_line():
    """Its package may not be installed."""
    with pytest.raises(FilesError, match="cannot list nonsense://x/out"):
        list_files("nonsense://x/out")
