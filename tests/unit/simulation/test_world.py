"""The simulated systems themselves: what is true of them must be true, or no oracle is."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from tests.simulation.applications import BEHAVIOURS
from tests.simulation.kafka import KafkaWorld
from tests.simulation.runner import play
from tests.simulation.scenario import AT_LEAST_ONCE, JANITOR, STRANGER, Scenario, Trouble, drawn
from tests.simulation.scenarios import CASES, Case, shape
from tests.simulation.world import LONGEST, World


def a_world() -> World:
    return World(random.Random(1))


def test_what_happens_happens_in_its_order() -> None:
    """Events and ticks by their moments, also those that an event brings about."""
    world, seen = a_world(), []
    world.after(2.0, lambda: seen.append(("late", world.now)))
    world.after(1.0, lambda: world.after(0.25, lambda: seen.append(("brought", world.now))))
    world.steps.append(lambda: seen.append(("tick", world.now)))
    world.advance(2.0)
    assert [moment for _, moment in seen] == sorted(moment for _, moment in seen)
    assert ("brought", 1.25) in seen
    assert ("late", 2.0) in seen
    assert sum(name == "tick" for name, _ in seen) == 4


@pytest.mark.parametrize(("commit", "visible"), [(True, 3), (False, 1)])
def test_an_open_transaction_hides_what_is_behind_it(commit: bool, visible: int) -> None:
    """Until it is ended nobody reads past it; an aborted one was never there, and each end takes an offset."""
    kafka = KafkaWorld(a_world())
    log = kafka.create("t", 1)
    one = kafka.begin("a", 600)
    kafka.write("t", 0, [b"1", b"2"], one)
    kafka.write("t", 0, [b"3"])
    assert (log.stable("t", 0), log.end(0)) == (0, 3)
    kafka.finish(one, commit=commit)
    assert (log.stable("t", 0), log.end(0)) == (4, 4)
    assert len(log.records({0: 0}, {0: 4})) == visible


def test_a_transaction_that_nobody_ends_is_aborted_by_its_time_out() -> None:
    """By the brokers, and only then."""
    world = a_world()
    kafka = KafkaWorld(world)
    kafka.create("t", 1)
    kafka.write("t", 0, [b"1"], kafka.begin("a", 10))
    world.advance(9)
    assert kafka.open_transactions()
    world.advance(3)
    assert not kafka.open_transactions()


@pytest.mark.parametrize("behaviour", [name for name, one in BEHAVIOURS.items() if not one.spoils_older])
def test_a_flaw_shows_only_after_a_recovery(behaviour: str) -> None:
    """Without a fault every application writes what a perfect one writes."""
    played = play(Scenario(behaviour=behaviour))
    assert not any("job leaves RUNNING" in line for line in played.story)
    assert played.chaos.held("EXACTLY_ONCE", orderly=True, ordered=True)


@pytest.mark.parametrize("behaviour", [name for name, one in BEHAVIOURS.items() if one.flawed and not one.spoils_older])
def test_a_flaw_shows_after_a_recovery(behaviour: str) -> None:
    """Or a broken application would pass for a good one."""
    played = play(Scenario(behaviour=behaviour, fault="pod_delete"))
    kept = played.chaos.held("EXACTLY_ONCE", orderly=False, ordered=BEHAVIOURS[behaviour].reorders)
    assert not kept or BEHAVIOURS[behaviour].hangs


def test_a_world_is_the_same_each_time_it_is_played() -> None:
    """By its seed: or nobody could look at what was found."""
    stories = [play(drawn(11)).story for _ in range(2)]
    assert stories[0] == stories[1]


@pytest.mark.parametrize(
    ("scenario", "outcome"),
    [
        (Scenario(), "PASS"),
        (Scenario(fault="pod_delete"), "PASS"),
        (Scenario(fault="pod_delete", airflow=True), "PASS"),
        (Scenario(fault="pod_delete", component="jobmanager"), "PASS"),
        (Scenario(fault="node_drain"), "PASS"),
        (Scenario(fault="savepoint"), "PASS"),
        (Scenario(fault="pod_delete", behaviour="lossy"), "FAIL"),
        (Scenario(fault="pod_delete", behaviour="repeating"), "FAIL"),
        (Scenario(fault="pod_delete", behaviour="reordering"), "FAIL"),
        (Scenario(fault="pod_delete", behaviour="never-back"), "FAIL"),
        (Scenario(fault="pod_delete", troubles=(Trouble("litmus strikes nothing"),)), "INCONCLUSIVE"),
        (Scenario(fault="pod_delete", troubles=(Trouble("process killed", "steady"),)), "ABORTED"),
    ],
    ids=str,
)
def test_a_plain_world_ends_as_everybody_expects(scenario: Scenario, outcome: str) -> None:
    """Correct applications pass, broken ones fail, and what was not tested is said to be so."""
    played = play(scenario)
    assert (played.outcome, played.wrong) == (outcome, []), played.story


def _others(name: str, moment: str, after: float, seconds: float = 0.0, **scenario: Any) -> Scenario:
    return Scenario(troubles=(Trouble(name, moment, after, seconds),), **scenario)


@pytest.mark.parametrize(
    ("scenario", "outcome"),
    [
        (_others("kafka down, clients stuck", "steady", 0, 12.8, fault="pod_delete", interval=6), "PASS"),
        (_others("chaos killed by others", "steady", 0, fault="savepoint", upgrade_mode="last-state"), "INCONCLUSIVE"),
        (_others("chaos killed by others", "fault_started", 0, fault="pod_delete", strike_after=9.0), "INCONCLUSIVE"),
        (_others("chaos JobManager killed by others", "fault_started", 1, fault="node_drain"), "INCONCLUSIVE"),
        (_others("chaos JobManager killed by others", "fault_started", 0, fault="pod_delete"), "INCONCLUSIVE"),
        (_others("chaos killed by others", "fault_started", 0.5, fault="savepoint", guarantee=AT_LEAST_ONCE), "PASS"),
        (_others("chaos cut off", "fault_started", 9, 19, fault="savepoint", guarantee=AT_LEAST_ONCE), "PASS"),
        (
            _others("chaos JobManager killed by others", "fault_started", 10, fault="savepoint", guarantee=AT_LEAST_ONCE),
            "INCONCLUSIVE",
        ),
        (
            _others(
                "control JobManager killed",
                "steady",
                2.2,
                fault="savepoint",
                upgrade_mode="stateless",
                behaviour="forgetful",
                interval=2,
            ),
            "INCONCLUSIVE",
        ),
    ],
    ids=str,
)
def test_what_others_do_around_a_fault_is_not_the_faults_doing(scenario: Scenario, outcome: str) -> None:
    """Each of these worlds was told wrong once."""
    played = play(scenario)
    assert (played.outcome, played.wrong) == (outcome, []), played.story


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_scenario_of_the_lab_ends_as_it_must(case: Case) -> None:
    """In a simulated world; tests/e2e/test_simulated.py plays the same on the lab."""
    played = play(case.scenario)
    assert played.outcome in case.outcomes, played.story
    assert played.wrong == []
    assert shape(played.facts)


def test_an_outage_is_one() -> None:
    """A trouble that is asked for really begins."""
    played = play(replace(Scenario(), troubles=(Trouble("kafka down", "steady", 1.0, 5.0),)))
    assert any("Kafka is down" in line for line in played.story)


@pytest.mark.parametrize("airflow", [False, True], ids=["command line", "Airflow"])
def test_a_run_that_others_took_away_injects_nothing_and_ends_aborted(airflow: bool) -> None:
    """Its machine was suspended meanwhile: it goes on as if nothing had been, and finds its lock gone."""
    undone = Trouble("undone by others", "targets_chosen", 0.0)
    played = play(Scenario(fault="pod_delete", airflow=airflow, troubles=(undone,)))
    assert (played.outcome, played.wrong) == ("ABORTED", []), played.story
    assert not any("by Litmus" in line for line in played.story)


@pytest.mark.parametrize("airflow", [False, True], ids=["command line", "Airflow"])
def test_a_disk_that_stays_full_ends_a_run_and_leaves_nothing(airflow: bool) -> None:
    """ABORTED, as the record is not whole."""
    full = Trouble("store full", "fault_started", 1.0, LONGEST)
    played = play(Scenario(fault="pod_delete", airflow=airflow, troubles=(full,)))
    assert (played.outcome, played.wrong) == ("ABORTED", []), played.story


@pytest.mark.parametrize("rescue", [JANITOR, STRANGER])
@pytest.mark.parametrize("fault", ["pod_delete", "node_drain", "savepoint"])
def test_a_killed_run_is_taken_away_by_its_lock_alone(fault: str, rescue: str) -> None:
    """Not before it was silent for long."""
    killed = Trouble("process killed", "fault_started", 1.0)
    played = play(Scenario(fault=fault, rescue=rescue, troubles=(killed,)))
    assert (played.outcome, played.wrong) == ("ABORTED" if rescue == JANITOR else "none", []), played.story
