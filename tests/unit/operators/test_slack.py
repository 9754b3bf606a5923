import json
import logging
import socket
import sys
import time

import pytest
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.hooks.slack import tell_begin, tell_fault
from flink_chaos.hooks.slack_suite import tell_suite, tell_suite_begin
from flink_chaos.model.base import Copy
from flink_chaos.model.environment import SlackSettings
from flink_chaos.model.facts import Notified
from flink_chaos.profiles.catalogue import Catalogue
from flink_chaos.sensors.run import DataLoadSensor
from flink_chaos.steps import undoing
from flink_chaos.steps.judging import close
from flink_chaos.steps.run import Run
from flink_chaos.store.records import Store
from flink_chaos.store.suites import Suites

from tests.unit.fake_slack import BREAK, HANG, TOKEN, FakeSlack
from tests.unit.plans import RECORDS, a_plan, counts, good_facts, of_plan, table
from tests.unit.suites import a_suite_plan, a_suite_verdict

SETTINGS = SlackSettings(channel="#chaos", icon_emoji=":boom:")


@pytest.fixture(autouse=True)
def slack(monkeypatch, tmp_path, caplog):
    """A workspace, a connection that leads there, and an empty store."""
    caplog.set_level(logging.INFO)
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("FLINK_CHAOS_STORE", str(tmp_path))
    with FakeSlack() as fake:
        monkeypatch.setenv("AIRFLOW_CONN_SLACK_API_DEFAULT", fake.connection())
        yield fake


def a_run(*later, settings=SETTINGS, judged=True, **parameters):
    """A stored run with the good facts and these."""
    plan = a_plan(**parameters)
    environment = plan.environment.model_copy(update={"slack": settings})
    attempt = Store().open(plan.model_copy(update={"environment": environment}))
    for fact in of_plan(plan, [*good_facts(), *later]):
        attempt.append(fact)
    if judged:
        close(attempt)
    return attempt


def notify(attempt):
    """Run the task `notify`; the fact that it journaled, None if it did not."""
    from flink_chaos.operators.slack import SlackResultOperator

    SlackResultOperator(task_id="notify", run_key=attempt.plan().run_key).execute({})
    return attempt.journal().last(Notified)


def verdicts(slack):
    """Texts of the messages in the channel, not in a thread."""
    return [message["text"] for message in slack.messages if "thread_ts" not in message]


def undo(attempt, cluster):
    """Do what the task `undo` does first."""
    from flink_chaos.operators.undo import UndoOperator

    run = Run(plan=attempt.plan(), attempt=attempt, kafka=None, cluster=cluster)
    UndoOperator(task_id="undo", run_key=run.plan.run_key).act(run)


def ours(caplog):
    """Our lines of the log, and everybody's warnings."""
    return [
        r.getMessage()
        for r in caplog.records
        if r.name.startswith("flink_chaos.hooks.slack") or r.levelno > logging.INFO
    ]


def test_a_verdict_arrives_as_the_environment_says(slack):
    """Channel, name, picture, colour, tables; and the record tells that it went out."""
    fact = notify(a_run())
    sent, thread = slack.messages
    assert (sent["channel"], sent["username"], sent["icon_emoji"]) == ("#chaos", "Chaos-test", ":boom:")
    assert (sent["attachments"][0]["color"], sent["text"][:4]) == ("#2eb67d", "PASS")
    assert ("*by valid_status*" in json.dumps(thread), thread["thread_ts"]) == (True, "1700000000.000001")
    assert (fact.ok, fact.message) == (True, "sent to #chaos (C0CHAOS, 1700000000.000001)")


def test_a_broken_contract_is_told_too(slack):
    """Bad news above all."""
    notify(a_run(counts(Copy.CHAOS, records=RECORDS - 3, ids=RECORDS - 3, lost=3), table(chaos=RECORDS - 3)))
    assert slack.messages[0]["text"].startswith("FAIL")


def test_the_page_of_the_run_is_linked_where_airflow_knows_its_address(slack, monkeypatch):
    """Run ids hold `:` and `+`."""
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/")
    notify(a_run(run_id="manual__2026-01-01T00:00:00+00:00"))
    page = "https://airflow.example/dags/pod_delete/runs/manual__2026-01-01T00%3A00%3A00%2B00%3A00"
    assert f"<{page}|open in Airflow>" in json.dumps(slack.messages)


def test_without_a_section_nothing_is_sent(slack, caplog):
    """One line says why, and nothing is journaled."""
    assert notify(a_run(settings=None)) is None
    assert ours(caplog) == ["slack: nothing is sent: environment lab has no section `slack`"]
    assert slack.messages == []


def test_a_dry_run_is_not_told(slack):
    """Nothing was tested."""
    assert (notify(a_run(dry_run=True)), slack.messages) == (None, [])


def closed_port():
    """An address at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"connection": lambda fake: fake.connection(proxy=closed_port())}, "Connection refused"),
        ({"connection": lambda fake: fake.connection(base_url=closed_port())}, "Connection refused"),
        ({"connection": lambda fake: fake.connection(token="xoxb-old")}, "Slack answers invalid_auth"),
        ({"connection": lambda fake: fake.connection(token="")}, "does not contain password"),
        ({"connection": lambda _: "{"}, "slack_api_default"),
        ({"connection": lambda fake: fake.connection(timeout=1), "trouble": HANG}, "timed out"),
        ({"trouble": BREAK}, "Slack answers Received a response in a non-JSON format: <html>upstream is down"),
        (
            {"settings": SlackSettings(channel="#nowhere")},
            "to #nowhere over slack_api_default: Slack answers channel_n",
        ),
        ({"settings": SlackSettings(channel="#chaos", conn_id="gone")}, "gone"),
        ({"module": None}, "install airflow-flink-chaos[slack]"),
    ],
)
def test_whatever_goes_wrong_is_one_line_and_a_fact(slack, monkeypatch, caplog, change, told):
    """The task succeeds soon; log and record tell why nothing arrived, and the token is in neither."""
    slack.trouble = change.get("trouble")
    if "connection" in change:
        monkeypatch.setenv("AIRFLOW_CONN_SLACK_API_DEFAULT", change["connection"](slack))
    if "module" in change:
        monkeypatch.setitem(sys.modules, "airflow.providers.slack.hooks.slack", None)
    begin = time.monotonic()
    fact = notify(a_run(settings=change.get("settings", SETTINGS)))
    assert (fact.ok, told in fact.message, slack.messages) == (False, True, []), fact.message
    assert ours(caplog) == [f"slack: {fact.message}"]
    assert ("\n" in fact.message, TOKEN in fact.message, time.monotonic() - begin < 5) == (False, False, True)


def test_a_message_goes_through_the_proxy_of_the_connection(slack, monkeypatch):
    """Slack's own address is only known to the proxy."""
    connection = slack.connection(base_url="http://slack.invalid/api/", proxy=slack.address)
    monkeypatch.setenv("AIRFLOW_CONN_SLACK_API_DEFAULT", connection)
    assert (notify(a_run()).ok, slack.hosts, len(slack.messages)) == (True, ["slack.invalid"] * 2, 2)


@pytest.mark.parametrize(("extra", "seconds"), [({}, 10), ({"timeout": 3}, 3)])
def test_slack_is_waited_for_briefly_and_asked_once(slack, monkeypatch, extra, seconds):
    """10 s, or what the connection says; the client's own retries are off."""
    from flink_chaos.hooks.slack_client import hook

    monkeypatch.setenv("AIRFLOW_CONN_SLACK_API_DEFAULT", slack.connection(**extra))
    client = hook("slack_api_default").client
    assert (client.timeout, client.retry_handlers) == (seconds, [])


@pytest.mark.parametrize(("key", "warnings"), [("None", []), ("r0123456789", ["StoreError"])])
def test_without_a_run_there_is_nothing_to_tell(slack, caplog, key, warnings):
    """The task `plan` failed, or the record is gone, which is worth a warning: the task succeeds all the same."""
    from flink_chaos.operators.slack import SlackResultOperator

    SlackResultOperator(task_id="notify", run_key=key).execute({})
    assert ([line.split(": ")[1] for line in ours(caplog)], slack.messages) == (warnings, [])


def test_a_run_that_was_killed_is_ended_and_told_once(slack, cluster):
    """After a lock that was marked failed nothing but `notify` runs; `undo` has nothing to add."""
    attempt = a_run(judged=False)
    notify(attempt)
    undo(attempt, cluster)
    assert (attempt.verdict().outcome, [text[:7] for text in verdicts(slack)]) == ("ABORTED", ["ABORTED"])


def test_a_verdict_is_told_once(slack, cluster):
    """`undo` leaves a run alone that `notify` told, or tried to."""
    attempt = a_run()
    notify(attempt)
    undo(attempt, cluster)
    assert len(verdicts(slack)) == 1


def test_a_verdict_takes_the_place_of_the_message_that_the_run_began(slack):
    """One message for each run, from begin to end; what happened is its own record."""
    attempt = a_run(judged=False)
    tell_begin(attempt.plan().run_key)
    assert verdicts(slack) == ["Running: Pod delete of taskmanager in ad_events"]
    close(attempt)
    told = notify(attempt)
    assert ([text[:4] for text in verdicts(slack)], told.ts) == (["PASS"], "1700000000.000001")
    assert told.message == "edited in #chaos (C0CHAOS, 1700000000.000001)"


@pytest.mark.parametrize("error", ["message_not_found", "edit_window_closed", "cant_update_message"])
def test_a_message_that_cannot_be_edited_is_sent_anew(slack, error):
    """Somebody deleted it, or the workspace forbids it after a while; the thread is below the new one."""
    attempt = a_run(judged=False)
    tell_begin(attempt.plan().run_key)
    slack.closed = error
    close(attempt)
    told = notify(attempt)
    assert ([text[:4] for text in verdicts(slack)], told.ok) == (["Runn", "PASS"], True)
    assert slack.messages[-1]["thread_ts"] == told.ts == "1700000000.000002"


def test_an_edit_that_fails_otherwise_is_no_second_message(slack):
    """The token was changed meanwhile: nothing can be sent, and that is told."""
    attempt = a_run(judged=False)
    tell_begin(attempt.plan().run_key)
    slack.closed = "not_in_channel"
    close(attempt)
    assert (notify(attempt).message.endswith("Slack answers not_in_channel"), len(slack.messages)) == (True, 1)


def test_a_verdict_told_again_is_the_same_message_and_thread(slack):
    """Somebody cleared `notify`: nothing is said twice."""
    attempt = a_run()
    first, second = notify(attempt), notify(attempt)
    assert (len(slack.messages), second.ts, second.details_ts) == (2, first.ts, first.details_ts)
    assert slack.messages[1]["thread_ts"] == first.ts


def test_an_edit_keeps_name_and_picture(slack):
    """Slack changes neither; asked to, it would refuse or ignore it."""
    attempt = a_run()
    notify(attempt)
    notify(attempt)
    assert [sorted(call) for method, call in slack.calls if method == "chat.update"] == [
        ["attachments", "blocks", "channel", "text", "ts"],
        ["attachments", "channel", "text", "ts"],
    ]


def test_a_fault_that_was_felt_is_told_in_the_same_message(slack):
    """Between begin and verdict: by the task that waits for the load, so that nothing waits for the message."""
    attempt = a_run(judged=False)
    key = attempt.plan().run_key
    tell_begin(key)
    run = Run(plan=attempt.plan(), attempt=attempt, kafka=None, cluster=None)
    DataLoadSensor(task_id="loaded", run_key=key).act(run)
    assert verdicts(slack) == ["Fault felt: Pod delete of taskmanager in ad_events"]
    close(attempt)
    notify(attempt)
    facts = attempt.journal().all(Notified)
    assert ([text[:4] for text in verdicts(slack)], [fact.of for fact in facts]) == (
        ["PASS"],
        ["start", "fault", "verdict"],
    )


def test_a_run_does_not_wait_for_slack_twice_before_its_verdict(slack):
    """Where the begin could not be told the fault is not tried; nor where there was none."""
    attempt = a_run(judged=False)
    slack.trouble = BREAK
    tell_begin(attempt.plan().run_key)
    slack.trouble, asked = None, len(slack.hosts)
    tell_fault(attempt.plan().run_key)
    assert (len(slack.hosts), slack.messages) == (asked, [])


def test_all_that_a_verdict_says_takes_no_longer_than_the_time_out(slack, monkeypatch):
    """The message is edited in time; its thread, which hangs, gets what is left and not as much again."""
    monkeypatch.setenv("AIRFLOW_CONN_SLACK_API_DEFAULT", slack.connection(timeout=2))
    attempt = a_run()
    slack.slow = 1.5
    told = notify(attempt)
    assert (told.ok, told.details_ts) == (True, "")


def test_a_run_that_could_not_tell_its_begin_tells_its_verdict(slack, cluster):
    """It is told by whoever comes first to it."""
    attempt = a_run(judged=False)
    slack.trouble = BREAK
    tell_begin(attempt.plan().run_key)
    slack.trouble = None
    close(attempt)
    undo(attempt, cluster)
    assert [text[:4] for text in verdicts(slack)] == ["PASS"]


def test_a_thread_that_fails_does_not_untell_the_verdict(slack, monkeypatch, caplog):
    """One line of warning."""
    monkeypatch.setattr("flink_chaos.report.slack.details", lambda _: {"text": ""})
    assert notify(a_run()).ok
    assert "slack: details were not sent: Slack answers no_text" in ours(caplog)


def test_a_verdict_that_notify_never_came_to_is_told_by_the_teardown(slack, cluster):
    """Killed between the two."""
    undo(a_run(), cluster)
    assert [text[:4] for text in verdicts(slack)] == ["PASS"]


def test_a_removal_that_fails_keeps_nobody_from_the_verdict(slack, cluster, monkeypatch):
    """ABORTED stands and was told; the wait asks for the removal again."""

    def refuse(_):
        raise ClusterError("Kubernetes is gone")

    monkeypatch.setattr(undoing, "remove", refuse)
    attempt = a_run(judged=False)
    undo(attempt, cluster)
    assert (attempt.verdict().outcome, len(verdicts(slack))) == ("ABORTED", 1)


def with_slack(monkeypatch, settings):
    """Let every environment of the catalogue have these settings."""
    read = Catalogue.environment
    monkeypatch.setattr(
        Catalogue, "environment", lambda self, name: read(self, name).model_copy(update={"slack": settings})
    )


def a_suite():
    """A stored suite that has begun."""
    return Suites(Store()).open(a_suite_plan())


def test_a_suites_verdict_takes_the_place_of_the_message_that_it_began(slack, monkeypatch):
    """One message from begin to end, whoever sent the first; anew where that is gone."""
    with_slack(monkeypatch, SETTINGS)
    record = a_suite()
    tell_suite_begin(record)
    assert verdicts(slack) == ["Running: suite small, 2 runs"]
    assert tell_suite(Suites(Store()).record(a_suite_plan().suite_key), a_suite_verdict())
    assert verdicts(slack) == ["FAIL: suite small, 0 of 2 passed"]
    slack.closed = True
    assert tell_suite(record, a_suite_verdict())
    assert len(verdicts(slack)) == 2


def test_a_suite_that_could_not_tell_its_begin_tells_its_verdict(slack, monkeypatch, caplog):
    """And goes on."""
    with_slack(monkeypatch, SETTINGS)
    slack.trouble = BREAK
    record = a_suite()
    tell_suite_begin(record)
    assert [line for line in ours(caplog) if "the suite's begin was not sent" in line]
    slack.trouble = None
    assert tell_suite(record, a_suite_verdict())
    assert verdicts(slack) == ["FAIL: suite small, 0 of 2 passed"]


def test_a_suite_tells_all_its_runs_in_one_message(slack, monkeypatch):
    """In the channel of the environment of its runs; the runs themselves are silent."""
    with_slack(monkeypatch, SETTINGS)
    tell_suite(a_suite(), a_suite_verdict())
    assert notify(a_run(run_id="s0123456789__first")) is None
    assert [message["text"] for message in slack.messages] == ["FAIL: suite small, 0 of 2 passed"]


def test_a_suite_ends_whether_it_can_be_told_or_not(slack, monkeypatch, caplog):
    """One line says what went wrong."""
    with_slack(monkeypatch, SETTINGS.model_copy(update={"conn_id": "nowhere"}))
    tell_suite(a_suite(), a_suite_verdict())
    assert [line for line in ours(caplog) if "the suite's verdict was not sent" in line]


@pytest.mark.parametrize("how", ["json", "data"])
def test_the_fake_reads_encoded_blocks_as_slack_does(slack, how):
    """The provider's own operator sends JSON in JSON; older clients send forms."""
    from airflow.providers.slack.hooks.slack import SlackHook

    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}]
    SlackHook().call("chat.postMessage", **{how: {"channel": "#chaos", "text": "x", "blocks": json.dumps(blocks)}})
    assert slack.messages[0]["blocks"] == blocks
