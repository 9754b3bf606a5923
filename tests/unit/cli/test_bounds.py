import pytest
import yaml
from flink_chaos.cli.main import main
from flink_chaos.model.contract import Contract
from flink_chaos.model.verdict import SETUP_ERROR
from flink_chaos.store.records import ROOT, Store

from tests.unit.runs import calm, observed, stored


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv(ROOT, tmp_path.as_uri())
    return Store()


def printed(attempt, capsys):
    """What is printed for the test of a run."""
    assert main(["bounds", attempt.plan().run_key]) == 0
    return capsys.readouterr().out


def test_bounds_can_be_pasted_into_a_profile(store, capsys):
    """With the number of runs that each rests on; what is not known yet is a comment."""
    stored(store, 1, facts=calm(), fault="no_fault")
    *_, last = (stored(store, day, facts=observed()) for day in range(2, 8))
    text = printed(last, capsys)
    contract = Contract.model_validate(yaml.safe_load(text)["contract"])
    assert contract == Contract(recovery_seconds=19.8, caught_up_seconds=25.5, failed_checkpoints=0)
    assert "recovery_seconds: 19.8     # 1.5 x the worst of 6 runs\n" in text
    assert "failed_checkpoints: 0      # 1.5 x the worst of 6 runs; 1 runs without a fault\n" in text
    assert "# delay_p99_seconds:         # not yet, 0 of 5 runs\n" in text


def test_no_bound_at_all_can_be_pasted_too(store, capsys):
    """A mapping of comments only would be null, which no profile takes."""
    text = printed(stored(store, 1, facts=observed()), capsys)
    assert Contract.model_validate(yaml.safe_load(text)["contract"]) == Contract()
    assert "# recovery_seconds:          # not yet, 1 of 5 runs\n" in text


def test_an_unknown_run_is_one_line(store, capsys):
    """And a set-up error."""
    assert main(["bounds", "r0123456789"]) == SETUP_ERROR
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n"), "no run 'r0123456789'" in told.err) == ("", 1, True)
