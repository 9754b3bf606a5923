"""The DAG pod_delete on the lab: the contract kept, and every way to break it found."""

from __future__ import annotations

import pytest
from flink_chaos.store.samples import observation
from flink_chaos.verdict.judge import judge

from tests.e2e.runs import FULL, SHORT, attempt_of, kubectl, left_behind, until, verdict_during, verdict_of

pytestmark = pytest.mark.lab
YOUNG_SECONDS = 1.5
"""Age of a checkpoint since which the loader, which writes once a second, may have written nothing."""

NAMED = "jsonpath={.items[0].spec.experiments[0].spec.components.env[?(@.name=='TARGET_PODS')].value}"


@pytest.mark.smoke
def test_exactly_once_survives_a_killed_taskmanager():
    """200,000 records at 2,000/s, the TaskManager killed with force: all there, once, and nothing left behind."""
    verdict = verdict_of(FULL)
    assert verdict.outcome == "PASS", verdict.reasons
    chaos = verdict.counts["chaos"]
    assert (chaos["ids"], chaos["lost"], chaos["duplicated"]) == (200_000, 0, 0)
    assert left_behind(verdict.run_key) == []
    require_explained(verdict)


def require_explained(verdict):
    """The observer saw how it came back; the report is there; the verdict made again is the stored one."""
    attempt = attempt_of(verdict.run_key)
    assert {mark.name for mark in verdict.recovery.marks} >= {"felt", "running", "checkpointed", "caught up"}
    assert 0 < verdict.recovery.seconds("running") < verdict.recovery.seconds("checkpointed") < 300
    assert "Timeline" in (attempt.folder / "report.html").read_text()
    again = judge(attempt.plan(), attempt.journal(), observation(attempt))
    assert again.model_dump_json() == verdict.model_dump_json()


@pytest.mark.smoke
def test_duplicates_break_the_contract_of_exactly_once():
    """An at-least-once sink under the contract EXACTLY_ONCE: FAIL, with the duplicates counted.

    A kill right after a checkpoint repeats nothing (seen once: 0.2 s after it). So checkpoints are far apart, and a run
    whose kill met such a moment all the same is made once more.
    """
    parameters = SHORT | {
        "data_count_to_load": 120_000,
        "delivery_guarantee": "AT_LEAST_ONCE",
        "contract": "EXACTLY_ONCE",
        "checkpoint_interval_seconds": 15,
    }
    verdict = verdict_of(parameters)
    if verdict.outcome == "PASS" and (verdict.recovery.restored_age_seconds or 0) < YOUNG_SECONDS:
        print(f"killed {verdict.recovery.restored_age_seconds} s after a checkpoint: tried once more")
        verdict = verdict_of(parameters)
    assert verdict.outcome == "FAIL", verdict.reasons
    chaos = verdict.counts["chaos"]
    assert (chaos["lost"], chaos["duplicated"] > 0) == (0, True)


@pytest.mark.smoke
def test_losses_are_found():
    """No high availability and latest offsets, the JobManager killed: FAIL, with the lost ids counted."""
    verdict = verdict_of(SHORT | {"pipeline": "ad_events_fragile", "component": "jobmanager"})
    assert verdict.outcome == "FAIL", verdict.reasons
    assert verdict.counts["chaos"]["lost"] > 0


def test_windows_survive_a_killed_taskmanager():
    """Keyed windows with state: the same windows with the same values, which account for every loaded record."""
    verdict = verdict_of(SHORT | {"pipeline": "ad_event_counts"})
    assert verdict.outcome == "PASS", verdict.reasons
    chaos = verdict.counts["chaos"]
    assert (chaos["counted"], chaos["lost"], chaos["changed"]) == (SHORT["data_count_to_load"], 0, 0)


def test_windows_may_count_twice_and_must_not_lose_under_at_least_once():
    """Windows that fire again and records that are counted again are allowed, lower counts are not."""
    verdict = verdict_of(SHORT | {"pipeline": "ad_event_counts", "delivery_guarantee": "AT_LEAST_ONCE"})
    assert verdict.outcome == "PASS", verdict.reasons
    assert (verdict.counts["chaos"]["lost"], verdict.counts["chaos"]["undercounted"]) == (0, 0)


def test_exactly_once_survives_a_killed_jobmanager():
    """High availability brings the same job back from its last checkpoint."""
    verdict = verdict_of(SHORT | {"component": "jobmanager"})
    assert verdict.outcome == "PASS", verdict.reasons
    assert (verdict.counts["chaos"]["lost"], verdict.counts["chaos"]["duplicated"]) == (0, 0)


def test_a_target_that_someone_else_took_is_inconclusive():
    """The pod is gone before Litmus reaches it: its UID changes too, but not by our fault, so never PASS."""
    verdict = verdict_during(SHORT, steal_target)
    assert (verdict.outcome, "not felt" in " ".join(verdict.reasons)) == ("INCONCLUSIVE", True)


def steal_target():
    """Wait for the next ChaosEngine and delete the pod that it names."""
    pod = until(lambda: kubectl("get", "chaosengines", "-o", NAMED, check=False).strip())
    kubectl("delete", "pod", str(pod), "--force", "--grace-period=0")


@pytest.mark.parametrize("component", ["taskmanager", "jobmanager"])
def test_at_least_once_may_duplicate_and_must_not_lose(component):
    """Duplicates are counted and allowed."""
    verdict = verdict_of(SHORT | {"delivery_guarantee": "AT_LEAST_ONCE", "component": component})
    assert verdict.outcome == "PASS", verdict.reasons
    assert verdict.counts["chaos"]["lost"] == 0


def test_repeated_graceful_kills_as_in_the_article():
    """Every 10 s for 30 s: three TaskManagers killed, nothing lost, nothing duplicated."""
    verdict = verdict_of(FULL | {"duration_seconds": 30, "interval_seconds": 10, "force": False})
    assert verdict.outcome == "PASS", verdict.reasons
    assert verdict.counts["chaos"]["duplicated"] == 0
