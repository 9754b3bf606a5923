from flink_chaos.model.statistics import Repeated
from flink_chaos.model.suite import PlannedRun, SuitePlan
from flink_chaos.model.verdict import Outcome
from flink_chaos.verdict.judge import judge
from flink_chaos.verdict.suite import Result, differing, judge_suite

from tests.unit.plans import AT, a_plan, journal


def a_run(name, **parameters):
    return PlannedRun(name=name, fault="pod_delete", run_id=f"s0123456789__{name}", parameters=parameters, seconds=60)


def a_suite(*runs):
    return SuitePlan(
        suite_key="s0123456789",
        suite="small",
        dag_id="regression__small",
        run_id="manual__1",
        attempt=1,
        created_at=AT,
        package_version="0",
        runs=list(runs),
    )


def passed():
    plan = a_plan()
    return Result(run_key=plan.run_key, verdict=judge(plan, journal()), seconds=61.0)


def test_a_suite_passes_when_all_its_runs_did():
    """With their reasons and times."""
    verdict = judge_suite(a_suite(a_run("a"), a_run("b")), {"a": passed(), "b": passed()})
    assert (verdict.outcome, [line.seconds for line in verdict.lines]) == (Outcome.PASS, [61.0, 61.0])
    assert [line.run_key for line in verdict.lines] == [passed().run_key] * 2
    assert any("0 lost" in reason for reason in verdict.lines[0].reasons)


def test_what_repetitions_tell_decides_nothing():
    """Each of them has its own verdict."""
    told = Repeated(name="a", runs=0, differences=[])
    verdict = judge_suite(a_suite(a_run("a_r1")), {"a_r1": passed()}, [told])
    assert (verdict.outcome, verdict.repeated) == (Outcome.PASS, [told])


def test_a_run_without_a_verdict_counts_as_aborted():
    """Whether it began or not; the lines tell which."""
    open_run = Result(run_key="r0123456789", verdict=None, seconds=None)
    verdict = judge_suite(a_suite(a_run("a"), a_run("b"), a_run("c")), {"a": passed(), "b": open_run})
    assert verdict.outcome is Outcome.ABORTED
    assert [line.run_key for line in verdict.lines[1:]] == ["r0123456789", ""]
    assert [line.reasons[0] for line in verdict.lines[1:]] == [
        "it had no verdict when the suite ended",
        "it never began",
    ]


def test_only_parameters_that_differ_are_told():
    """One that a run does not have differs too."""
    runs = [a_run("a", seed=1, force=True), a_run("b", seed=1, force=False), a_run("c", seed=1, force=True, other=2)]
    assert differing(runs) == {"a": {"force": True}, "b": {"force": False}, "c": {"force": True, "other": 2}}
    assert differing([]) == {}
    assert differing([a_run("alone", seed=1)]) == {"alone": {}}
