import json

from flink_chaos.flink import status


def deployment(generation=2, **fields):
    return {"metadata": {"generation": generation}, "status": fields}


def reconciled(generation):
    spec = json.dumps({"resource_metadata": {"metadata": {"generation": generation}}, "spec": {}})
    return {"reconciliationStatus": {"lastReconciledSpec": spec}, "lifecycleState": "SUSPENDED"}


def test_a_suspended_deployment_of_operator_1_7_is_seen():
    """It keeps the observed generation inside the spec that it last reconciled."""
    assert status.is_suspended(deployment(2, **reconciled(2)))


def test_a_status_of_an_older_spec_does_not_count():
    """The operator has not come round yet."""
    assert not status.is_suspended(deployment(3, **reconciled(2)))


def test_a_newer_operator_says_its_generation():
    """And it goes first."""
    assert status.is_current(deployment(3, observedGeneration=3))


def test_the_savepoint_is_found_where_either_operator_puts_it():
    """UpgradeSavepointPath of newer ones, savepointInfo of 1.7."""
    older = deployment(jobStatus={"savepointInfo": {"lastSavepoint": {"location": "hdfs://a"}}})
    newer = deployment(jobStatus={"upgradeSavepointPath": "hdfs://b", "savepointInfo": {}})
    assert (status.savepoint(older), status.savepoint(newer), status.savepoint(deployment())) == (
        "hdfs://a",
        "hdfs://b",
        None,
    )


def test_a_failed_job_tells_why():
    """One line, not a stack trace."""
    assert status.failure(deployment(jobStatus={"state": "FAILED"}, error="boom" * 200)).startswith("job FAILED: boom")


def test_a_chain_of_causes_is_one_line():
    """The operator's JSON, as it stood in the status of an application that gave up."""
    error = {
        "type": "org.apache.flink.util.SerializedThrowable",
        "message": "org.apache.flink.runtime.JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy",
        "throwableList": [
            {"message": "org.apache.flink.util.FlinkRuntimeException: Exceeded checkpoint tolerable failure threshold."}
        ],
    }
    assert status.failure(deployment(jobStatus={"state": "FAILED"}, error=json.dumps(error))) == (
        "job FAILED: JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy; "
        "because: FlinkRuntimeException: Exceeded checkpoint tolerable failure threshold."
    )


def test_a_restarting_job_has_not_failed():
    """A deadline decides about that."""
    assert status.failure(deployment(jobStatus={"state": "RESTARTING"}, jobManagerDeploymentStatus="MISSING")) is None


def test_a_reconciled_spec_that_nobody_can_read_is_none():
    """And no bare error."""
    for spec in ("{", "[]", "7"):
        assert not status.is_current(deployment(1, reconciliationStatus={"lastReconciledSpec": spec}))
