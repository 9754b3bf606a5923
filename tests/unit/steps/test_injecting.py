import pytest
from flink_chaos.cluster.resources import CHAOS_ENGINES
from flink_chaos.litmus.engine import Aim, engine_manifest
from flink_chaos.model.facts import FaultStarted, TargetsChosen
from flink_chaos.steps import injecting
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


def test_an_engine_that_is_there_already_is_not_aimed_again(tmp_path, cluster):
    """The task was started again: what another choice would journal, the engine does not hit."""
    run = a_run(tmp_path, cluster)
    cluster.create(CHAOS_ENGINES, "flink", engine_manifest(run.plan, Aim(pods=("tm-1",))))
    injecting.inject(run)
    assert run.journal.last(FaultStarted).engine == run.plan.engine
    assert run.journal.all(TargetsChosen) == []
