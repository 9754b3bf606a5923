import pytest
from flink_chaos.cluster.resources import CHAOS_ENGINES
from flink_chaos.litmus.engine import Aim, engine_manifest
from flink_chaos.steps.injecting import check_fault
from flink_chaos.steps.run import RunEndsError

from tests.unit.runs import a_run


def test_an_engine_that_somebody_deleted_is_not_waited_for(tmp_path, cluster):
    """One that is there is; without it nobody can say what was injected."""
    run = a_run(tmp_path, cluster)
    engine = cluster.create(CHAOS_ENGINES, "flink", engine_manifest(run.plan, Aim(pods=("tm-1",))))
    assert not check_fault(run).done
    cluster.delete(CHAOS_ENGINES, "flink", engine["metadata"]["name"])
    with pytest.raises(RunEndsError, match="is gone: someone deleted it during the fault"):
        check_fault(run)
