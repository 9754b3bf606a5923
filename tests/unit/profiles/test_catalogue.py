import pytest
from flink_chaos.profiles.catalogue import ENVIRONMENT, default_environment
from flink_chaos.steps.planning import make_plan
from flink_chaos.store.records import Store


@pytest.mark.parametrize(("named", "expected"), [("", "lab"), ("compose", "compose")])
def test_runs_are_made_where_whoever_asks_stands(monkeypatch, tmp_path, named, expected):
    """Unless another place is asked for."""
    monkeypatch.setenv(ENVIRONMENT, named)
    made = [
        make_plan(
            Store(tmp_path.as_uri()), dag_id="pod_delete", run_id=run, fault="pod_delete", parameters=asked, by_hand=True
        ).environment.name
        for run, asked in (("1", {}), ("2", {"environment": "lab"}))
    ]
    assert (default_environment(), made) == (expected, [expected, "lab"])
