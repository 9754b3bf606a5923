"""A secret that any system or person told is in no output: the store, the report, Slack, the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from flink_chaos.cli.main import main
from flink_chaos.cli.suites import result
from flink_chaos.hooks.slack_client import Channel
from flink_chaos.kafka.admin import Kafka
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Check, Evidence, Preflight, StepFailed, Table
from flink_chaos.model.observation import FailureSeen
from flink_chaos.report.junit import junit
from flink_chaos.report.openmetrics import openmetrics
from flink_chaos.report.reproduce import airflow_command, command
from flink_chaos.report.slack import begun, details, message
from flink_chaos.report.text import as_json, render
from flink_chaos.steps.judging import close
from flink_chaos.steps.reporting import draw
from flink_chaos.steps.run import RunEndsError, StepError, told
from flink_chaos.store.logs import append_log
from flink_chaos.store.records import Store
from flink_chaos.store.samples import append_part

from tests.unit.observed import checkpoint, event, ms, seen
from tests.unit.plans import AT, a_plan, good_facts

if TYPE_CHECKING:
    from flink_chaos.store.records import Attempt

CANARY = "cAnAry-7f3"
SAID = f"""KafkaException: cannot log in with sasl.jaas.config = X required username="u" password="{CANARY}"; \
at https://u:{CANARY}@host/x, {{"s3.secret-key": "{CANARY}"}}"""
OPTIONS = {"s3.secret-key": CANARY, "env.java.opts.all": f"-DtrustStorePassword={CANARY}"}


@pytest.fixture
def spoilt(tmp_path, monkeypatch) -> Attempt:
    """A stored run, into which whatever wrote anything wrote a secret; its plan was never checked."""
    monkeypatch.setenv("FLINK_CHAOS_STORE", tmp_path.as_uri())
    plan = a_plan(flink_configuration=OPTIONS)
    sql = plan.pipeline.application.sql
    spoilt = plan.scripts[sql] + f"\nSET 'properties.sasl.password' = '{CANARY}';"
    attempt = Store().open(plan.model_copy(update={"scripts": plan.scripts | {sql: spoilt}}))
    for fact in (*good_facts(), *facts()):
        attempt.append(fact)
    failure = FailureSeen(at_ms=ms(45), copy=Copy.CHAOS, failed_ms=ms(44), name="E", task=SAID, message=SAID)
    append_part(attempt, [*seen(), failure, event(40, message=SAID), checkpoint(90, 45, "FAILED", failure=SAID)])
    append_log(attempt, Copy.CHAOS, "chaos-r1-x", f"2026-01-01T00:00:40.000000000Z ERROR {SAID}\n", ms(40) * 1_000_000)
    close(attempt)
    draw(attempt)
    return attempt


def facts() -> list[Any]:
    """Of a check, of the fault, of a step that failed."""
    return [
        StepFailed(at=AT, step="drain", message="x" * 1960 + f' password="{CANARY}-0123456789"; ' + "z" * 200),
        StepFailed(at=AT, step="drain", message=f'two lines: password="{CANARY}\n{CANARY}"'),
        Evidence(
            at=AT, felt=True, message="", details={f"password={CANARY} x": "1", "path": f"https://u:{CANARY}@h/x y"}
        ),
        Table(at=AT, name="rows", columns=["path"], rows=[[f"https://u:{CANARY}@h/x y"]]),
        Preflight(at=AT, checks=[Check(name="kafka", ok=False, blocks=False, message=SAID)]),
        Evidence(at=AT, felt=True, message=SAID, details={"seen": SAID, "password": CANARY}),
        StepFailed(at=AT, step="drain", message=SAID),
    ]


def test_nothing_that_is_stored_holds_it(spoilt, tmp_path):
    """Plan, journal, samples, logs, verdict and report."""
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".json", ".jsonl", ".log", ".html"}
    assert [path.name for path in files if CANARY in path.read_text()] == []


def test_what_is_stored_can_be_read_again(spoilt):
    """Masking damages no record."""
    assert spoilt.plan().request.flink_configuration["s3.secret-key"] == "***"
    assert len(spoilt.journal().facts) > len(good_facts())
    assert main(["judge", spoilt.plan().run_key]) == 3


@pytest.mark.parametrize("form", ["text", "json", "junit", "openmetrics"])
def test_nothing_that_is_shown_holds_it(spoilt, capsys, form):
    """In every form."""
    main(["show", spoilt.plan().run_key, "--format", form])
    shown = capsys.readouterr()
    assert shown.out
    assert CANARY not in shown.out + shown.err


def test_no_message_or_command_holds_it(spoilt):
    """Slack's, and what makes the run again."""
    plan, verdict = spoilt.plan(), spoilt.verdict()
    texts = [begun(plan), message(plan, verdict, stored="/runs/1"), details(verdict), render(verdict), as_json(verdict)]
    texts += [junit(result(spoilt, verdict)), openmetrics(plan, verdict)]
    texts += [command(a_plan(flink_configuration=OPTIONS)), airflow_command(a_plan(flink_configuration=OPTIONS))]
    assert [text for text in map(str, texts) if CANARY in text] == []


def test_slack_is_sent_no_secret(monkeypatch):
    """Whatever a message is made of."""
    sent = []
    channel = Channel.__new__(Channel)
    monkeypatch.setattr(channel, "_until", float("inf"), raising=False)
    monkeypatch.setattr(channel, "_settings", None, raising=False)
    monkeypatch.setattr("flink_chaos.hooks.slack_client.ceil", lambda _: 1)

    class Hook:
        client = type("Client", (), {"timeout": 1})()

        def call(self, method, json):
            sent.append((method, json))

    monkeypatch.setattr(channel, "_hook", Hook(), raising=False)
    channel._call("chat.postMessage", {"text": SAID, "blocks": [{"text": {"text": SAID}}]})
    assert CANARY not in json.dumps(sent)


@pytest.mark.parametrize(
    "error", [StepError(SAID), RunEndsError(SAID), told(ValueError(SAID)), told(KafkaProblem(SAID))], ids=str
)
def test_no_error_that_is_told_holds_it(error):
    """A log and Airflow's page show it."""
    assert CANARY not in str(error)


@pytest.mark.parametrize(
    "parameter",
    [
        f"flink_configuration={{s3.secret-key: {CANARY}}}",
        f"flink_configuration={{heartbeat.timeout: 'password={CANARY}'}}",
        f"flink_configuration={{env.java.opts.all: -Dx.password={CANARY}}}",
        f"offsets='https://u:{CANARY}@h'",
        f"password={CANARY}",
        f"flink_configuration={{s3.secret-key: {CANARY}",
        f'flink_configuration={{"s3.secret-key": "{CANARY}',
        f"flink_configuration={{heartbeat.timeout: 'https://{CANARY}@host'}}",
        f"offsets='https://h/x?sv=2022&sig={CANARY}'",
    ],
)
def test_a_parameter_with_a_secret_is_refused_without_saying_it(tmp_path, monkeypatch, capsys, parameter):
    """Before a plan is stored."""
    monkeypatch.setenv("FLINK_CHAOS_STORE", tmp_path.as_uri())
    assert main(["run", "pod_delete", "-p", parameter]) == 4
    said = capsys.readouterr()
    assert CANARY not in said.out + said.err
    assert "flink-chaos: " in said.err
    assert "*** a secret" not in said.err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_parameter_that_is_cut_off_tells_what_is_wrong_with_it(capsys):
    """Of a quote that is not closed the secret ends before the reason."""
    assert main(["run", "pod_delete", "-p", f'flink_configuration={{"s3.secret-key": "{CANARY}']) == 4
    assert 'flink_configuration: {"s3.secret-key": "***": not valid YAML: ' in capsys.readouterr().err


def test_a_connection_that_cannot_be_used_tells_no_password():
    """Nor does anything afterwards."""
    with pytest.raises(KafkaProblem) as told_error:
        Kafka({"bootstrap.servers": "k:9092", "sasl.password": [CANARY]})
    assert CANARY not in str(told_error.value)
    Kafka({"bootstrap.servers": "127.0.0.1:1", "sasl.password": f"{CANARY}-of-kafka"})
    assert CANARY not in told(ValueError(f"login of u with {CANARY}-of-kafka failed"))
