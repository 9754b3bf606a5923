import pytest
from flink_chaos.cli.main import main
from flink_chaos.model.verdict import SETUP_ERROR
from flink_chaos.proof import count
from flink_chaos.store.records import Store
from flink_chaos.store.selftest import latest

WORDS = ["selftest", "--without-kafka", "--records", "1000", "--seed", "4"]


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("FLINK_CHAOS_STORE", tmp_path.as_uri())
    return Store(tmp_path.as_uri())


def test_a_self_test_is_stored_with_its_seed(store, capsys):
    """Exit code 0."""
    assert main(WORDS) == 0
    assert (latest(store.root).ok, latest(store.root).seed) == (True, 4)
    assert "self-test passed 0 min ago" in capsys.readouterr().out


def test_a_failed_self_test_is_stored_and_ends_with_1(store, monkeypatch):
    """Something was not found as it was planted."""
    monkeypatch.setitem(count.OFFENDERS, "changed", "false")
    assert (main(WORDS), latest(store.root).ok) == (1, False)


def test_what_tests_nothing_stores_nothing(store, monkeypatch):
    """Too few records, no Kafka: a set-up error."""
    monkeypatch.setenv("FLINK_CHAOS_ENVIRONMENT", "nowhere")
    assert (main(["selftest"]), main([*WORDS, "--records", "9"])) == (SETUP_ERROR, SETUP_ERROR)
    assert latest(store.root) is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([""], "no run ''"),
        (["--records", "-5"], "-5 is no number from 1 to 1000000"),
        (["--records", "9" * 5_000], "is no number from 1 to 1000000"),
        (["--seed", "-1"], "-1 is no number from 0"),
        (["--seed", "9" * 30], "is no number from 0"),
        (["--seed", "x"], "x is no number from 0"),
    ],
)
def test_what_cannot_be_tested_is_one_line(store, capsys, words, told):
    """An empty key is one that was forgotten: the whole self-test is asked for by none."""
    assert main(["selftest", "--without-kafka", *words]) == SETUP_ERROR
    (line,) = capsys.readouterr().err.splitlines()
    assert (told in line, latest(store.root)) == (True, None)
