import os
import re
import time

import pytest
from flink_chaos.model.environment import Environment
from flink_chaos.model.suite import Suite
from flink_chaos.profiles.reading import ProfileError, line_of, read, text_of

from tests.unit.profiles.files import BYTES, TEXTS, THINGS, bad_files

GOOD = """\
name: lab
namespace: flink
kafka_bootstrap_servers: kafka:9092
storage: hdfs://namenode:8020/chaos
sql_gateway: {namespace: flink, name: sql-gateway, port: 8083}
flink:
  image: flink:1.20
  flink_version: v1_20
"""


def written(tmp_path, text):
    path = tmp_path / "lab.yaml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    return path


def test_a_good_file_becomes_its_model(tmp_path):
    """Values arrive typed."""
    assert read(written(tmp_path, GOOD), Environment).sql_gateway.port == 8083


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("  image:", "  imgae:"), r"lab.yaml:7: flink.imgae: no such setting"),
        (
            ("flink:\n", "storage_network: {hosts: [], ports: [1]}\nflink:\n"),
            r"lab.yaml:6: storage_network.hosts: .*at least 1",
        ),
        (
            ("flink:\n", "storage_network: {hosts: [hdfs], ports: [1]}\nflink:\n"),
            r"lab.yaml:6: storage_network.hosts.0: .*hdfs",
        ),
        (
            ("flink:\n", "storage_network: {hosts: [10.0.0.1], ports: [70000]}\nflink:\n"),
            r"storage_network.ports.0: .*65535",
        ),
        (("port: 8083", "port: many"), r"lab.yaml:5: sql_gateway.port: .*integer"),
        (("namespace: flink\nkafka", "kafka"), r"lab.yaml:1: namespace: required"),
        (("name: lab", "name: [lab"), r"lab.yaml:2: not valid YAML"),
        (("name: lab", "name: lab\nname: two"), r"lab.yaml:2: `name` is there twice"),
        (("name: lab", "<<: {a: 1}\nname: lab"), r"a: no such setting"),
        (("name: lab", "name: \udce9"), r"byte 6 is no UTF-8; save it as UTF-8"),
    ],
)
def test_an_error_names_file_line_and_setting(tmp_path, change, message):
    """Whoever edits a profile is led to the line."""
    with pytest.raises(ProfileError, match=message):
        read(written(tmp_path, GOOD.replace(*change)), Environment)


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """Every bad file with what is told of it, by what is bad."""
    folder = tmp_path_factory.mktemp("suites")
    files = bad_files(folder)
    return dict(zip([*TEXTS, *BYTES, *THINGS], [(folder / name, told) for name, told in files.items()], strict=True))


@pytest.mark.parametrize("kind", [*TEXTS, *BYTES, *THINGS])
def test_no_file_can_do_more_than_be_refused_at_once(bad, kind):
    """In lines that begin with the file, and end with what to do; a second is far more than it takes."""
    path, told = bad[kind]
    begin = time.monotonic()
    with pytest.raises(ProfileError) as refused:
        read(path, Suite)
    lines = str(refused.value).splitlines()
    assert time.monotonic() - begin < 1
    assert re.match(f"{path}{told}", str(refused.value))
    assert (len(lines) <= 21, max(map(len, lines)) < 600, {line.startswith(f"{path}:") for line in lines}) == (
        True,
        True,
        {True},
    )


def test_a_file_that_nobody_may_read_is_refused(tmp_path, monkeypatch):
    """The system's own word for it."""

    def refuses(*_):
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path, GOOD)
    monkeypatch.setattr(os, "open", refuses)
    with pytest.raises(ProfileError, match=r"lab.yaml: cannot be read: Permission denied"):
        read(path, Environment)


@pytest.mark.parametrize(
    "error", [TypeError("odd"), OverflowError("odd"), RecursionError("odd"), IsADirectoryError(21, "odd")]
)
def test_a_check_that_breaks_on_a_value_is_the_files_problem(tmp_path, monkeypatch, error):
    """Pydantic takes only ValueError for a finding; the file is told all the same."""

    def breaks(_):
        raise error

    monkeypatch.setattr(Environment, "model_validate", breaks)
    with pytest.raises(ProfileError, match=rf"lab.yaml: cannot be used: {type(error).__name__}: .*odd"):
        read(written(tmp_path, GOOD), Environment)


def test_an_editors_mark_at_the_beginning_is_no_part_of_the_text(tmp_path):
    """Windows' editors write one; it is still UTF-8."""
    path = written(tmp_path, GOOD)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert (read(path, Environment).name, text_of(path)) == ("lab", GOOD)


def test_the_line_of_a_file_that_changed_meanwhile_is_its_first(tmp_path):
    """A message about a run of a suite must not fail by that."""
    path = written(tmp_path, GOOD)
    assert (line_of(path, ("flink", "image")), line_of(path.with_name("gone.yaml"), ("flink",))) == (7, 1)
