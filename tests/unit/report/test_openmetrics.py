from flink_chaos.report.openmetrics import openmetrics
from flink_chaos.verdict.judge import judge
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.unit.observed import facts, observation
from tests.unit.plans import a_plan, journal


def read(plan, verdict):
    """Samples by name and the labels that tell them apart, as Prometheus' own parser reads them."""
    families = text_string_to_metric_families(openmetrics(plan, verdict))
    return {
        (
            sample.name,
            sample.labels.get("copy") or sample.labels.get("mark") or sample.labels.get("flink_chaos_outcome"),
        ): (sample.value)
        for family in families
        for sample in family.samples
    }


def test_a_monitoring_system_reads_outcome_counts_and_times():
    """With units and types."""
    plan = a_plan()
    found = read(plan, judge(plan, journal(*facts()), observation()))
    assert (found["flink_chaos_outcome", "PASS"], found["flink_chaos_outcome", "FAIL"]) == (1, 0)
    assert found["flink_chaos_lost_records", "chaos"] == 0
    assert found["flink_chaos_recovery_seconds", "checkpointed"] == 13.2
    assert found["flink_chaos_peak_lag_records", "chaos"] == 14_000
    assert (found["flink_chaos_restarts", None], found["flink_chaos_unavailable_seconds", None]) == (1, 10)


def test_a_long_time_keeps_its_digits():
    """Six are not enough."""
    plan = a_plan()
    verdict = judge(plan, journal(*facts()), observation())
    slow = verdict.recovery.model_copy(update={"unavailable_seconds": 12_345.678})
    found = read(plan, verdict.model_copy(update={"recovery": slow}))
    assert found["flink_chaos_unavailable_seconds", None] == 12_345.678


def test_the_text_ends_as_the_standard_demands():
    """And a family that has no value is not named."""
    text = openmetrics(a_plan(), judge(a_plan(), journal()))
    assert (text.endswith("\n# EOF\n"), "recovery" in text) == (True, False)


def test_what_nobody_saw_has_no_value():
    """A zero would be a lie."""
    plan = a_plan()
    found = read(plan, judge(plan, journal()))
    assert [name for name, _ in found if "recovery" in name or "lag" in name] == []


def test_labels_tell_what_was_tested_and_never_the_run():
    """A new series for each run would fill any store."""
    plan = a_plan(environment="lab")
    plan = plan.model_copy(update={"environment": plan.environment.model_copy(update={"name": 'a"b\\c\nd'})})
    text = openmetrics(plan, judge(plan, journal()))
    labels = next(iter(text_string_to_metric_families(text))).samples[0].labels
    assert (labels["environment"], labels["pipeline"]) == ('a"b\\c\nd', "ad_events")
    assert (labels["fault"], labels["component"], labels["guarantee"]) == ("pod_delete", "taskmanager", "EXACTLY_ONCE")
    assert plan.run_key not in text
