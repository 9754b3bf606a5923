import pytest
from flink_chaos.model.facts import StopRequested
from flink_chaos.model.suite import Suite
from flink_chaos.model.verdict import Outcome
from flink_chaos.profiles.catalogue import Catalogue
from flink_chaos.profiles.reading import ProfileError
from flink_chaos.steps.run import StepError
from flink_chaos.steps.suites import conclude, end, plan_runs, refuse_orphan
from flink_chaos.store.records import Store
from flink_chaos.store.suites import Suites

from tests.unit.suites import REPEATED, SUITE, a_catalogue, begun, ended, measured, planned


@pytest.fixture
def store(tmp_path):
    return Store(str(tmp_path / "store"))


@pytest.mark.parametrize("name", Catalogue().names(Suite))
def test_every_shipped_suite_can_be_planned(name):
    """Each run with its parameters, its manifests and its SQL."""
    catalogue = Catalogue()
    suite = catalogue.suite(name)
    assert [run.name for run in plan_runs(catalogue, suite, "s0123456789")] == suite.names


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("fault: no_fault", "fault: no_fualt"),
            r"small.yaml:7: run no_fualt: .*no such fault 'no_fualt'; did you mean no_fault\? There are",
        ),
        (("component:", "compnent:"), r"small.yaml:4: run first: parameters: compnent: no such parameter"),
        (("jobmanager", "jobmanger"), r"small.yaml:4: run first: parameters: component: 'jobmanger' is none of"),
        (
            ("pipeline: ad_events", "pipeline: ads"),
            r"small.yaml:4: .*no such pipeline 'ads'(.|\n)*small.yaml:7: run no_fault",
        ),
        (("pipeline: ad_events", "seed: -1"), r"parameters: seed: .*greater than or equal to 0"),
        (("pipeline: ad_events", "data_count_to_load: 1000"), r"would hit an idle application"),
    ],
)
def test_a_run_that_cannot_be_is_found_with_its_line(tmp_path, store, change, told):
    """Before anything is stored or touched."""
    with pytest.raises(StepError, match=told):
        planned(store, a_catalogue(tmp_path, SUITE.replace(*change)))
    assert Suites(store).all() == []


def test_bounds_that_are_measured_wait_for_their_run(tmp_path):
    """A suite is planned without a store; each run of it plans itself."""
    catalogue = a_catalogue(
        tmp_path, SUITE.replace("{pipeline: ad_events}", "{contract_bounds: {recovery_seconds: measured}}")
    )
    runs = plan_runs(catalogue, catalogue.suite("small"), "s0123456789")
    assert [run.parameters["contract_bounds"] for run in runs] == [{"recovery_seconds": "measured"}] * 2


def test_a_misspelt_setting_is_found_when_the_file_is_read(tmp_path):
    """With file and line, by whoever reads it."""
    with pytest.raises(ProfileError, match=r"small.yaml:6: runs.0.paramters: no such setting"):
        a_catalogue(tmp_path, SUITE.replace("  parameters", "  paramters")).suite("small")


def test_a_wrong_number_of_repetitions_is_found_when_the_file_is_read(tmp_path):
    """With file and line."""
    with pytest.raises(ProfileError, match=r"small.yaml:5: runs.0.repeat: Input should be less than or equal to 50"):
        a_catalogue(tmp_path, REPEATED.replace("repeat: 3", "repeat: 500")).suite("small")


def test_a_name_without_room_for_its_repetitions_is_found_with_its_line(tmp_path):
    """That of the run."""
    with pytest.raises(ProfileError, match=r"small.yaml:4: runs.0: name: its repetition f+_r3 has 43 characters"):
        a_catalogue(tmp_path, REPEATED.replace("first", "f" * 40)).suite("small")


def test_a_repeated_run_is_planned_as_runs_of_its_own(tmp_path, store):
    """Of one test, each with an id that tells the suite; they know what they repeat."""
    plan = planned(store, a_catalogue(tmp_path, REPEATED))
    assert [run.name for run in plan.runs] == ["first_r1", "first_r2", "first_r3", "no_fault"]
    assert [run.run_id for run in plan.runs] == [f"{plan.suite_key}__{run.name}" for run in plan.runs]
    assert [run.repeats for run in plan.runs] == ["first", "first", "first", ""]
    assert {run.parameters["component"] for run in plan.runs[:3]} == {"jobmanager"}
    assert plan.repeated == {"first": plan.runs[:3]}


@pytest.mark.parametrize(
    ("names", "numbers"), [(["first"], [1, 2, 3]), (["first_r2"], [2]), (["first", "first_r1"], [1, 2, 3])]
)
def test_repetitions_are_chosen_together_or_by_number(tmp_path, store, names, numbers):
    """`runs` takes both names."""
    plan = planned(store, a_catalogue(tmp_path, REPEATED), runs=names)
    assert [run.name for run in plan.runs] == [f"first_r{number}" for number in numbers]


def test_an_unknown_repetition_is_told_with_all_that_can_be_chosen(tmp_path, store):
    """The run's own name is among them."""
    with pytest.raises(
        StepError, match=r"no run 'first_r4'; there are: first, first_r1, first_r2, first_r3, no_fault$"
    ):
        planned(store, a_catalogue(tmp_path, REPEATED), runs=["first_r4"])


def test_what_is_wrong_with_a_repeated_run_is_told_once(tmp_path, store):
    """Its repetitions are the same test."""
    with pytest.raises(StepError) as told:
        planned(store, a_catalogue(tmp_path, REPEATED.replace("jobmanager", "jobmanger")))
    assert str(told.value).count("run first: parameters: component") == 1


def test_parameters_of_the_moment_hold_for_all_runs(tmp_path, store):
    """Those that are empty do not."""
    plan = planned(store, a_catalogue(tmp_path), checkpoint_interval_seconds=20, seed=None)
    assert [run.parameters.get("checkpoint_interval_seconds") for run in plan.runs] == [20, 20]
    assert all("seed" not in run.parameters for run in plan.runs)


def test_only_chosen_runs_are_made(tmp_path, store):
    """`runs` names them."""
    plan = planned(store, a_catalogue(tmp_path), runs=["no_fault"])
    assert [run.name for run in plan.runs] == ["no_fault"]


def test_a_run_of_a_suite_waits_for_the_topics_and_long(tmp_path, store):
    """Nobody looks."""
    run = planned(store, a_catalogue(tmp_path)).runs[0]
    plan = begun(store, run).plan()
    assert (plan.request.on_busy, plan.deadlines.lock, run.seconds) == ("wait", 24 * 3600, plan.deadlines.total)


def test_the_verdict_is_read_from_the_store_and_stands(tmp_path, store):
    """A run that is judged later does not change it."""
    plan = planned(store, a_catalogue(tmp_path))
    record = Suites(store).record(plan.suite_key)
    ended(store, plan.runs[0])
    verdict = conclude(store, record)
    ended(store, plan.runs[1])
    assert [line.outcome for line in verdict.lines] == [Outcome.PASS, Outcome.ABORTED]
    assert (verdict.outcome, conclude(store, record)) == (Outcome.ABORTED, verdict)


def test_a_suite_tells_how_both_copies_differ_over_its_repetitions(tmp_path, store):
    """Over exactly those: neither older runs of the same test, nor its other runs."""
    catalogue = a_catalogue(tmp_path, REPEATED)
    older = planned(store, catalogue, run_id="manual__0")
    for run in older.runs:
        measured(store, run, more=50_000)
    plan = planned(store, catalogue)
    for number, run in enumerate(plan.runs):
        measured(store, run, more=100 * number)
    (told,) = conclude(store, Suites(store).record(plan.suite_key)).repeated
    assert (told.name, told.runs, told.differences[0].median) == ("first", 3, 10_100)
    assert (told.differences[0].low, told.differences[0].high) == (10_000, 10_200)


def test_repetitions_that_did_not_begin_or_were_not_chosen_are_no_pairs(tmp_path, store):
    """The suite says how many there are."""
    plan = planned(store, a_catalogue(tmp_path, REPEATED), runs=["first_r1", "first_r3"])
    measured(store, plan.runs[0])
    (told,) = conclude(store, Suites(store).record(plan.suite_key)).repeated
    assert (told.runs, told.differences) == (1, [])


def test_a_cleared_repetition_counts_once(tmp_path, store):
    """Its newest attempt, as in the table of runs."""
    plan = planned(store, a_catalogue(tmp_path, REPEATED), runs=["first_r1", "first_r3"])
    for more in (90_000, 200):
        measured(store, plan.runs[0], more)
    measured(store, plan.runs[1])
    (told,) = conclude(store, Suites(store).record(plan.suite_key)).repeated
    assert (told.runs, told.differences[0].median) == (2, 10_100)


def test_a_suite_without_repetitions_has_no_differences(tmp_path, store):
    """Runs of other tests are no pairs."""
    plan = planned(store, a_catalogue(tmp_path))
    for run in plan.runs:
        measured(store, run)
    assert conclude(store, Suites(store).record(plan.suite_key)).repeated == []


def test_the_end_of_a_suite_stops_its_open_runs_only(tmp_path, store):
    """Each by a fact in its own journal."""
    plan = planned(store, a_catalogue(tmp_path))
    done, running = ended(store, plan.runs[0]), begun(store, plan.runs[1])
    assert end(store, Suites(store).record(plan.suite_key)) == [running.plan().run_key]
    assert done.journal().last(StopRequested) is None
    assert plan.suite_key in running.journal().last(StopRequested).by


def test_a_run_that_begins_after_its_suite_ended_is_refused(tmp_path, store):
    """And has a verdict; what a person clears later is made."""
    plan = planned(store, a_catalogue(tmp_path))
    end(store, Suites(store).record(plan.suite_key))
    late = begun(store, plan.runs[0])
    with pytest.raises(StepError, match="ended before this run began"):
        refuse_orphan(store, late)
    assert late.verdict().outcome is Outcome.ABORTED
    refuse_orphan(store, begun(store, plan.runs[0]))


def test_a_run_of_an_open_suite_or_of_none_begins(tmp_path, store):
    """The usual case."""
    run = planned(store, a_catalogue(tmp_path)).runs[0]
    refuse_orphan(store, begun(store, run))
    refuse_orphan(store, begun(store, run.model_copy(update={"run_id": "manual__1"})))


def test_a_cleared_suite_ends_what_its_last_attempt_left_open(tmp_path, store):
    """Its new runs would wait for the topics of the old ones."""
    catalogue = a_catalogue(tmp_path)
    first = planned(store, catalogue)
    running = begun(store, first.runs[0])
    second = planned(store, catalogue)
    assert running.journal().last(StopRequested) is not None
    assert {run.run_id for run in first.runs}.isdisjoint({run.run_id for run in second.runs})


@pytest.mark.parametrize("damage", ["plan.json", "verdict.json"])
def test_a_run_that_nobody_can_read_is_no_other_runs_affair(store, tmp_path, damage):
    """It counts as one without a verdict; the others are judged, and those that are open asked to stop."""
    plan = planned(store, a_catalogue(tmp_path, REPEATED))
    bad, open_run = ended(store, plan.runs[0]), begun(store, plan.runs[1])
    (bad.folder / damage).write_text("{")
    assert end(store, Suites(store).record(plan.suite_key)) == [open_run.plan().run_key]
    lines = conclude(store, Suites(store).record(plan.suite_key)).lines
    assert [line.reasons for line in lines[:2]] == [["it had no verdict when the suite ended"]] * 2
