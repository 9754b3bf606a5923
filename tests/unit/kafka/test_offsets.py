from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from confluent_kafka import ConsumerGroupState, KafkaError, KafkaException
from flink_chaos.kafka import offsets
from flink_chaos.kafka.admin import Kafka
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.offsets import (
    committed,
    delete_group,
    exists,
    groups_ending,
    members,
    parse_strategy,
    plan_reset,
    write_offsets,
)


@pytest.fixture
def idle_groups(monkeypatch):
    """The mock cannot describe groups."""
    monkeypatch.setattr(offsets, "_describe", lambda *_: (ConsumerGroupState.EMPTY, []))


def listed(monkeypatch, kafka, *groups, errors=(), members=()):
    """Let there be these groups, each with its state; and these members, wherever they are asked for."""
    found = [SimpleNamespace(group_id=name, state=state) for name, state in groups]
    future = SimpleNamespace(result=lambda *_: SimpleNamespace(valid=found, errors=list(errors)))
    monkeypatch.setattr(kafka.admin, "list_consumer_groups", lambda **_: future)
    monkeypatch.setattr(kafka.admin, "list_groups", lambda *_, **__: [SimpleNamespace(members=list(members))])


def deleting(monkeypatch, *answers):
    """Let the coordinator answer so, one after another."""
    left = list(answers)
    monkeypatch.setattr(offsets, "POLL", 0)
    monkeypatch.setattr(offsets, "delete", lambda *_: left.pop(0) if len(left) > 1 else left[0])


@pytest.mark.usefixtures("idle_groups")
def test_what_is_written_is_read_back(mock_cluster):
    """Partitions without a commit are None, not 0."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 9, 1: 9})
    write_offsets(kafka, "g", topic, {0: 4, 1: 9})
    assert committed(kafka, "g", topic) == {0: 4, 1: 9, 2: None, 3: None}


@pytest.mark.usefixtures("idle_groups")
def test_a_plan_covers_every_partition_and_writes_nothing(mock_cluster):
    """A partition that is left out would start wherever the job's default says."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 5, 3: 2})
    assert plan_reset(kafka, "g", topic, parse_strategy("to-latest")) == {0: 5, 1: 0, 2: 0, 3: 2}
    assert plan_reset(kafka, "g", topic, parse_strategy("to-earliest")) == dict.fromkeys(range(4), 0)
    assert plan_reset(kafka, "g", topic, parse_strategy("to-offset:3")) == {0: 3, 1: 0, 2: 0, 3: 2}
    assert plan_reset(kafka, "g", topic, parse_strategy("by-duration:PT5M")) == {0: 5, 1: 0, 2: 0, 3: 2}
    assert set(committed(kafka, "g", topic).values()) == {None}


@pytest.mark.usefixtures("idle_groups")
def test_a_shift_is_planned_from_the_commits(mock_cluster):
    """Each partition from its own."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 9, 1: 9, 2: 9, 3: 9})
    write_offsets(kafka, "g", topic, {0: 1, 1: 5, 2: 8, 3: 9})
    assert plan_reset(kafka, "g", topic, parse_strategy("shift-by:-2")) == {0: 0, 1: 3, 2: 6, 3: 7}


def test_a_group_with_members_is_refused_and_they_are_named(mock_cluster, monkeypatch):
    """They would write over what is set; nothing is written."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 9})
    app = SimpleNamespace(client_id="app-1", client_host="/10.0.0.7")
    listed(monkeypatch, kafka, ("g", ConsumerGroupState.STABLE), members=[app])
    assert members(kafka, "g") == ["app-1 at 10.0.0.7"]
    with pytest.raises(
        KafkaProblem, match=r"while nobody consumes as it; it is STABLE with app-1 at 10.0.0.7: stop it"
    ):
        write_offsets(kafka, "g", topic, {0: 1})
    assert committed(kafka, "g", topic)[0] is None


@pytest.mark.usefixtures("idle_groups")
def test_a_commit_by_somebody_else_is_noticed(mock_cluster, monkeypatch):
    """What stands there after writing must be what was written."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 9})
    monkeypatch.setattr(offsets, "committed", lambda *_, **__: {0: 7})
    with pytest.raises(KafkaProblem, match=r"\(written, read back\) = \{0: \(4, 7\)\}; something else commits"):
        write_offsets(kafka, "g", topic, {0: 4})


def test_a_partition_that_refuses_is_named(mock_cluster):
    """A commit can fail for one partition alone."""
    refused = SimpleNamespace(partition=2, error=KafkaError(KafkaError.UNKNOWN_MEMBER_ID))
    with pytest.raises(KafkaProblem, match=r"partitions refuse: \{2: 'Broker: Unknown member'\}"):
        offsets._refuse_errors(mock_cluster.kafka, "write", [SimpleNamespace(partition=1, error=None), refused])


def test_a_group_that_is_not_there_has_no_members(mock_cluster, monkeypatch):
    """And one that has offsets only neither."""
    kafka = mock_cluster.kafka
    listed(monkeypatch, kafka, ("other", ConsumerGroupState.STABLE), ("h", ConsumerGroupState.EMPTY))
    assert (members(kafka, "g"), members(kafka, "h"), exists(kafka, "g"), exists(kafka, "h")) == ([], [], False, True)


def test_a_group_in_use_by_members_without_names_is_in_use(mock_cluster, monkeypatch):
    """Those of the new protocol are not told by the old request."""
    kafka = mock_cluster.kafka
    listed(monkeypatch, kafka, ("g", ConsumerGroupState.STABLE))
    assert members(kafka, "g") == ["somebody whose name is not told (STABLE)"]


def test_a_list_that_is_not_whole_is_no_answer_about_a_group_that_is_not_in_it(mock_cluster, monkeypatch):
    """A broker that is away may have it."""
    kafka, away = mock_cluster.kafka, KafkaError(KafkaError._TRANSPORT)
    listed(monkeypatch, kafka, ("h", ConsumerGroupState.EMPTY), errors=[away])
    assert exists(kafka, "h")
    with pytest.raises(KafkaProblem, match=r"cannot list the groups \(looking for 'g'\)"):
        members(kafka, "g")


@pytest.mark.parametrize("ask", [members, exists, groups_ending])
def test_a_kafka_that_is_away_is_told_in_a_line(ask):
    """The library answers such a list in time, with an error in it that is none of its exceptions."""
    with pytest.raises(KafkaProblem, match=r"Kafka at 127.0.0.1:9: cannot list the groups .*Check that") as caught:
        ask(Kafka({"bootstrap.servers": "127.0.0.1:9"}), "g", timeout=1)
    assert caught.value.transient


def test_deleting_tells_whether_there_was_a_group(mock_cluster, monkeypatch):
    """Teardown runs twice without harm."""
    deleting(monkeypatch, "OK", "GroupIdNotFoundError")
    assert [delete_group(mock_cluster.kafka, "g") for _ in range(2)] == [True, False]


def test_a_coordinator_that_is_not_there_yet_is_waited_for(mock_cluster, monkeypatch):
    """A new cluster's first group: NOT_COORDINATOR is no answer about the group."""
    deleting(monkeypatch, "NotCoordinatorError", "CoordinatorLoadInProgressError", "OK")
    assert delete_group(mock_cluster.kafka, "g") is True


def test_a_coordinator_that_never_comes_may_come_later(mock_cluster, monkeypatch):
    """Who asks again may have more luck."""
    deleting(monkeypatch, "NotCoordinatorError")
    with pytest.raises(KafkaProblem, match=r"cannot delete group 'g': NotCoordinatorError") as told:
        delete_group(mock_cluster.kafka, "g", timeout=0)
    assert told.value.transient


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("NonEmptyGroupError", "The group is not empty: it has members"),
        ("GroupAuthorizationFailedError", r"Group authorization failed. Give this user the right on it \(ACL\)"),
    ],
)
def test_a_group_that_cannot_be_deleted_is_told(mock_cluster, monkeypatch, answer, words):
    """The broker's refusal is passed on with the group's name."""
    deleting(monkeypatch, answer)
    with pytest.raises(KafkaProblem, match=f"cannot delete group 'g': {words}") as told:
        delete_group(mock_cluster.kafka, "g")
    assert not told.value.transient


def test_a_coordinator_of_offsets_is_waited_for(mock_cluster, monkeypatch):
    """In an exception, and in a partition of the answer."""
    moved, monkey = KafkaError(KafkaError.NOT_COORDINATOR), SimpleNamespace(partition=0, offset=7, error=None)
    answers = iter([KafkaException(moved), [SimpleNamespace(partition=0, offset=-1, error=moved)], [monkey]])

    def committed_by(*_, **__):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    kafka = mock_cluster.kafka
    monkeypatch.setattr(offsets, "POLL", 0)
    monkeypatch.setattr(kafka, "group_reader", lambda _: SimpleNamespace(committed=committed_by))
    assert committed(kafka, "g", "t", partitions=[0]) == {0: 7}


def test_offsets_are_never_asked_of_the_admin_client(mock_cluster, monkeypatch):
    """Librdkafka ends the process when a broker goes away while its admin client asks a coordinator."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 9})
    monkeypatch.setattr(offsets, "_describe", lambda *_: (ConsumerGroupState.EMPTY, []))
    for name in ("list_consumer_group_offsets", "alter_consumer_group_offsets", "describe_consumer_groups"):
        monkeypatch.delattr(f"confluent_kafka.admin.AdminClient.{name}")
    write_offsets(kafka, "g", topic, {0: 4})
    assert committed(kafka, "g", topic)[0] == 4


def test_a_missing_right_on_a_group_is_no_time_out(mock_cluster):
    """A consumer is told of it beside the request, which then only ends late."""
    kafka = mock_cluster.kafka
    _ = kafka.admin
    kafka._remember(KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED, "FindCoordinator: Group authorization failed"))
    problem = kafka.problem("read the offsets", KafkaException(KafkaError(KafkaError._TIMED_OUT)))
    assert (problem.transient, "Give this user the right on it (ACL)" in str(problem)) == (False, True)


def test_a_time_before_all_times_is_the_first_record(mock_cluster, monkeypatch):
    """Negative times are Kafka's words for the ends of a partition, and for what it refuses."""
    asked = []
    monkeypatch.setattr(offsets, "offsets_at", lambda _k, _t, spec, **_: asked.append(spec.timestamp) or {0: 0})
    offsets._at_time(mock_cluster.kafka, "t", datetime(1, 1, 1, tzinfo=UTC), 5)
    assert asked == [0]
