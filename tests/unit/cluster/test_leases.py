from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from flink_chaos import clock
from flink_chaos.cluster.leases import acquire, all_held, holder_of, release, renew, take_over
from flink_chaos.cluster.objects import LEASES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def lease(cluster):
    found = cluster.get(LEASES, "ns", "lock")
    assert found is not None
    return found


def test_a_free_lock_is_taken_and_tells_about_its_holder(cluster):
    """The annotations are for people."""
    assert acquire(cluster, "ns", "lock", "run-1", {"flink-chaos/dag": "d"}) is None
    assert holder_of(cluster, "ns", "lock") == "run-1"
    assert lease(cluster)["metadata"]["annotations"] == {"flink-chaos/dag": "d"}


def test_a_lock_has_one_holder(cluster):
    """The second is told who it is, the holder itself gets it again."""
    acquire(cluster, "ns", "lock", "run-1", {})
    assert acquire(cluster, "ns", "lock", "run-2", {}) == "run-1"
    assert acquire(cluster, "ns", "lock", "run-1", {}) is None


def test_a_lock_does_not_expire(cluster):
    """No duration is set that anybody could read as one."""
    acquire(cluster, "ns", "lock", "run-1", {})
    assert "leaseDurationSeconds" not in lease(cluster)["spec"]


def test_only_the_holder_frees_the_lock(cluster):
    """And only once."""
    acquire(cluster, "ns", "lock", "run-1", {})
    assert release(cluster, "ns", "lock", "run-2") is False
    assert release(cluster, "ns", "lock", "run-1") is True
    assert release(cluster, "ns", "lock", "run-1") is False
    assert holder_of(cluster, "ns", "lock") is None


def test_a_lock_is_handed_on_only_from_the_named_holder(cluster):
    """Two that both saw a dead holder: one gets it."""
    acquire(cluster, "ns", "lock", "dead", {})
    assert take_over(cluster, "ns", "lock", "dead", "run-1") is True
    assert take_over(cluster, "ns", "lock", "dead", "run-2") is False
    assert holder_of(cluster, "ns", "lock") == "run-1"
    assert lease(cluster)["spec"]["leaseTransitions"] == 1


def test_a_lease_without_a_holder_is_free(cluster, fake_api):
    """Such as one that was emptied by hand."""
    fake_api.put(LEASES, {"metadata": {"name": "lock", "namespace": "ns"}, "spec": {}})
    assert acquire(cluster, "ns", "lock", "run-1", {}) is None
    assert holder_of(cluster, "ns", "lock") == "run-1"


def test_a_holder_tells_that_it_is_at_work(cluster):
    """And what it adds stands beside what it told before."""
    acquire(cluster, "ns", "lock", "run-1", {"a": "1"})
    (before,) = all_held(cluster, "ns")
    assert renew(cluster, "ns", "lock", "run-1", {"b": "2"}) is True
    (after,) = all_held(cluster, "ns")
    assert after.renewed_at > before.renewed_at
    assert (after.holder, after.annotations) == ("run-1", {"a": "1", "b": "2"})


def test_only_the_holder_renews(cluster):
    """Whoever lost the lock is told so."""
    assert renew(cluster, "ns", "lock", "run-1") is False
    acquire(cluster, "ns", "lock", "run-1", {})
    assert renew(cluster, "ns", "lock", "run-2") is False
    assert [lock.holder for lock in all_held(cluster, "ns")] == ["run-1"]


def test_a_lock_that_nobody_renewed_was_at_work_when_it_was_taken(cluster, fake_api):
    """As an earlier version leaves it; one without any time was at work nobody knows when."""
    moment = "2026-01-01T00:00:00.000000Z"
    for name, spec in (("old", {"acquireTime": moment}), ("bare", {}), ("free", {"holderIdentity": ""})):
        fake_api.put(LEASES, {"metadata": {"name": name, "namespace": "ns"}, "spec": {"holderIdentity": name} | spec})
    found = {lock.name: lock.renewed_at for lock in all_held(cluster, "ns")}
    assert found == {"old": datetime(2026, 1, 1, tzinfo=UTC), "bare": None}


def test_of_many_at_once_one_gets_the_lock(cluster):
    """All others are told of that one."""
    names = [f"run-{number}" for number in range(8)]
    with ThreadPoolExecutor(len(names)) as threads:
        answers = list(threads.map(lambda name: acquire(cluster, "ns", "lock", name, {}), names))
    assert answers.count(None) == 1
    assert set(answers) == {None, names[answers.index(None)]}


def test_a_rival_between_reading_and_writing_wins(cluster, fake_api):
    """The create fails, the lock is read again: no error, and no second holder."""
    fake_api.before += [
        lambda _: None,
        lambda _: fake_api.put(
            LEASES, {"metadata": {"name": "lock", "namespace": "ns"}, "spec": {"holderIdentity": "rival"}}
        ),
    ]
    assert acquire(cluster, "ns", "lock", "run-1", {}) == "rival"


def test_a_lock_that_was_taken_over_meanwhile_is_not_freed(cluster, fake_api):
    """The delete carries the version that was read."""
    acquire(cluster, "ns", "lock", "run-1", {})
    rival = {**lease(cluster), "spec": {"holderIdentity": "rival"}}
    fake_api.before += [lambda _: None, lambda _: fake_api.put(LEASES, rival)]
    assert release(cluster, "ns", "lock", "run-1") is False
    assert holder_of(cluster, "ns", "lock") == "rival"


WHO = st.sampled_from(["a", "b", "c"])
STEP = st.tuples(st.sampled_from([acquire, release, take_over]), WHO, WHO)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, max_size=12))
def test_any_history_agrees_with_a_plain_variable(cluster, fake_api, steps):
    """Whatever is done in whatever order, the lock behaves as one cell."""
    fake_api.objects.clear()
    holder = None
    for call, one, two in steps:
        if call is acquire:
            expected = None if holder in (None, one) else holder
            assert acquire(cluster, "ns", "lock", one, {}) == expected
            holder = holder or one
        elif call is release:
            assert release(cluster, "ns", "lock", one) is (holder == one)
            holder = None if holder == one else holder
        else:
            assert take_over(cluster, "ns", "lock", one, two) is (holder == one)
            holder = two if holder == one else holder
        assert holder_of(cluster, "ns", "lock") == holder


def test_the_time_of_a_lease_is_the_api_servers(cluster, fake_api):
    """To a second; whoever asks may have another clock."""
    fake_api.ahead = timedelta(hours=1)
    acquire(cluster, "ns", "lock", "run-1")
    renew(cluster, "ns", "lock", "run-1")
    (lock,) = all_held(cluster, "ns")
    assert abs(lock.renewed_at - clock.now() - timedelta(hours=1)) < timedelta(seconds=5)
