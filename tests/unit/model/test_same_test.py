import pytest
from flink_chaos.model.same_test import differences, identities
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.plans import a_plan


def stored(plan, **changes):
    """The plan as it is stored; a change is named by its path, with two underscores for a dot."""
    found = plan.model_dump(mode="json", by_alias=True)
    for path, value in changes.items():
        *parents, name = path.split("__")
        place = found
        for parent in parents:
            place = place[parent]
        place[name] = value
    return found


PLAN = stored(a_plan())


@pytest.mark.parametrize(
    "change",
    [
        {"request__flink_configuration": {"state.backend.type": "rocksdb"}},
        {"request__task_manager_memory": "2g"},
        {"request__job_manager_cpu": 2.0},
        {"request__recovery_deadline_seconds": 7},
        {"request__offsets": "to-earliest"},
        {"pipeline__application__parallelism": 4},
        {"pipeline__application__configuration": {"pipeline.object-reuse": "true"}},
        {"pipeline__topics__partitions": 8},
        {"environment__storage": "s3://elsewhere"},
        {"environment__flink__flink_version": "v2_0"},
        {"fault__environment": {"FORCE": "false"}},
        {"fault_values__amount": "2"},
        {"scripts__ad_events_loader.sql": "INSERT INTO other"},
        {"scripts__ad_events_report.sql": "SELECT 1"},
    ],
)
def test_whatever_else_the_plan_decides_makes_another_test(change):
    """A run with more memory, other options or another load says nothing of this one."""
    assert differences(stored(a_plan(), **change), PLAN) is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"environment__flink__image": "flink:2"}, "image flink:2 -> "),
        ({"pipeline__application__jar_uri": "local:///other.jar"}, "jar_uri local:///other.jar -> "),
        ({"scripts__ad_events.sql": "INSERT INTO other"}, "ad_events.sql is another"),
        ({"package_version": "9"}, "package_version 9 -> 0"),
        ({"request__contract_bounds": {"recovery_seconds": "measured"}}, "recovery_seconds measured -> None"),
    ],
)
def test_another_build_is_the_same_test_and_told(change, told):
    """It is what is to be compared."""
    (found,) = differences(stored(a_plan(), **change), PLAN)
    assert found.startswith(told)


def test_names_of_a_run_make_no_difference():
    """Every run has its own."""
    other = a_plan(run_id="manual__2", attempt=3, on_busy="wait", seed=5)
    assert differences(stored(other, engine="other", created_at="2027"), PLAN) == []


def test_the_noise_is_compared_whatever_the_fault():
    """Load and application must be the same."""
    calm = stored(a_plan(fault="no_fault"))
    assert differences(calm, PLAN) is None
    assert differences(calm, PLAN, but_fault=True) == []
    slower = stored(a_plan(fault="no_fault", records_per_second=1_000))
    assert differences(slower, PLAN, but_fault=True) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.0, 1.5, -0.0, "", "a", "1", "\ud800", 1e300]),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(st.sampled_from(["a", "b", "sql", "image"]), below, max_size=2),
    max_leaves=5,
)
APPLICATIONS = st.dictionaries(st.sampled_from(["sql", "jar_uri", "other"]), st.sampled_from(["x.sql", "y.sql", ""]))
PLANS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("run_key", "package_version", "fault", "fault_values", "request", "environment", "odd"), VALUES),
        "pipeline": st.fixed_dictionaries({"application": APPLICATIONS, "contract": VALUES, "description": VALUES}),
        "scripts": st.dictionaries(st.sampled_from(["x.sql", "y.sql"]), st.sampled_from(["1", "2"])),
    },
)


@given(PLANS, PLANS)
@settings(max_examples=500, deadline=None)
def test_plans_of_the_same_test_have_the_same_identity(one, other):
    """Whatever is in them: a search by it misses none."""
    for but_fault in (False, True):
        if differences(one, other, but_fault=but_fault) is not None:
            assert identities(one)[but_fault] == identities(other)[but_fault]


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (True, 1), (0, False), (0.0, -0.0), (None, []), ([{"a": 1}], [{"a": 1.0}])])
def test_values_that_are_equal_make_one_identity(one, other):
    """Versions wrote the same numbers otherwise."""
    plans = [{**PLAN, "request": {**PLAN["request"], "odd": value}} for value in (one, other)]
    assert (differences(*plans) is None) == (identities(plans[0]) != identities(plans[1]))


def test_other_tests_have_other_identities():
    """Else every plan would be read."""
    other = {**PLAN, "fault_values": {"component": "other"}}
    assert identities(other)[0] != identities(PLAN)[0]
    assert identities(other)[1] == identities(PLAN)[1]
