import os

import pytest
from flink_chaos.model.environment import Environment
from flink_chaos.model.suite import Suite
from flink_chaos.profiles.catalogue import ENVIRONMENT, FOLDERS, INCLUDE, Catalogue, default_environment
from flink_chaos.profiles.reading import ProfileError
from flink_chaos.steps.planning import make_plan
from flink_chaos.store.records import Store

from tests.unit.suites import a_catalogue


@pytest.mark.parametrize(("named", "expected"), [("", "lab"), ("compose", "compose")])
def test_runs_are_made_where_whoever_asks_stands(monkeypatch, tmp_path, named, expected):
    """Unless another place is asked for."""
    monkeypatch.setenv(ENVIRONMENT, named)
    made = [
        make_plan(
            Store(tmp_path.as_uri()),
            dag_id="pod_delete",
            run_id=run,
            fault="pod_delete",
            parameters=asked,
            by_hand=True,
        ).environment.name
        for run, asked in (("1", {}), ("2", {"environment": "lab"}))
    ]
    assert (default_environment(), made) == (expected, [expected, "lab"])


@pytest.fixture
def catalogue(tmp_path):
    """The shipped profiles, to be spoilt."""
    return a_catalogue(tmp_path)


def put(catalogue, name, kind="suites"):
    (catalogue.folder / kind / name).write_text("name: x\n")


COPIES = [".#nightly.yaml", "#nightly.yaml#", "nightly.yaml~", ".nightly.yaml.swp", "nightly.yaml.swp", "nightly.yaml.bak",
          ".hidden.yaml", "nightly.yaml.orig", "~$nightly.yaml", "nightly.yaml.kate-swp", "README.md"]  # fmt: skip


@pytest.mark.parametrize("kind", FOLDERS)
def test_what_editors_leave_behind_is_passed_over(catalogue, kind):
    """Hidden files too; whatever they hold."""
    before = catalogue.files(kind)
    for name in COPIES[1:]:
        put(catalogue, name, FOLDERS[kind])
    (catalogue.folder / FOLDERS[kind] / COPIES[0]).symlink_to("me@machine.1234")
    assert catalogue.files(kind) == before


@pytest.mark.parametrize(
    ("file", "asked", "told"),
    [
        (
            "my suite.yaml",
            "my suite",
            r"my suite.yaml: a file's name is the profile's, and matches \^\[a-z\].*; rename it",
        ),
        ("Small.yaml", "Small", r"Small.yaml: a file's name is .*; rename it"),
        ("night.yml", "night", "night.yml: ends in .yml; rename it to night.yaml"),
        ("night.YAML", "night", "night.YAML: ends in .YAML; rename it to night.yaml"),
        ("small.yaml", "small.yaml", "small.yaml: write its name without .yaml"),
        ("nîght.yaml", "nîght", "nîght.yaml: a file's name is"),
        (f"{'x' * 40}.yaml", "x" * 40, "x.yaml: a file's name is"),
        ("small.yaml", "smal", r"suites: no such suite 'smal'; did you mean small\? There are: nightly, small"),
        ("small.yaml", "../suites/small", "no such suite '../suites/small'. There are"),
        ("small.yaml", "x\0" * 10**6, "no such suite 'x.x00.*'. There are: "),
        ("small.yaml", "", "no such suite ''. There are: "),
    ],
)
def test_a_name_that_cannot_be_is_told_to_whoever_asks_for_it(catalogue, file, asked, told):
    """And to nobody else."""
    put(catalogue, file)
    with pytest.raises(ProfileError, match=told) as refused:
        catalogue.suite(asked)
    assert len(str(refused.value).splitlines()) == 1
    assert set(catalogue.names(Suite)) == {"nightly", "small"}
    assert catalogue.suite("nightly").name == "nightly"


def test_environments_may_have_longer_names(catalogue):
    """Capitals, dots and dashes too."""
    put(catalogue, "EU-west.1.yaml", "environments")
    put(catalogue, "eu west.yaml", "environments")
    assert catalogue.names(Environment) == ["EU-west.1", "compose", "lab"]


def test_a_profile_of_another_name_is_told_with_its_line(catalogue):
    """One of the two is wrong."""
    (catalogue.folder / "suites" / "other.yaml").write_text("description: x\nname: small\nruns: [{fault: no_fault}]\n")
    with pytest.raises(ProfileError, match=r"other.yaml:2: name: must equal the file's name, 'other'"):
        catalogue.suite("other")


def test_a_folder_that_is_not_there_holds_nothing(catalogue):
    """Unless it is the one that everything is in."""
    assert Catalogue(catalogue.folder / "sql").names(Suite) == []
    for folder in (catalogue.folder / "nowhere", catalogue.folder / "suites" / "small.yaml"):
        with pytest.raises(ProfileError, match=f"(small.yaml|nowhere).*{INCLUDE}"):
            Catalogue(folder).names(Suite)


@pytest.mark.parametrize("name", ["/etc/passwd", "../suites/small.yaml", "nowhere.sql", "folder", "pipe", "bytes.sql"])
def test_a_script_that_cannot_be_read_is_told_with_its_name(catalogue, name):
    """None comes from outside of the folder."""
    (catalogue.folder / "sql" / "folder").mkdir()
    os.mkfifo(catalogue.folder / "sql" / "pipe")
    (catalogue.folder / "sql" / "bytes.sql").write_bytes(b"SELECT '\xff'")
    with pytest.raises(ProfileError, match=f"{name}.*; a pipeline names it"):
        catalogue.script(name)
