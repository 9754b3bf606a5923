"""Records without the secrets in them."""

import json
from datetime import UTC, datetime

import pytest
from flink_chaos.model import masking
from flink_chaos.model.facts import FilesEnd, FileState, SavepointTaken, StepFailed, Table
from flink_chaos.model.masking import MASK, masked, masked_data, masked_record, remember
from flink_chaos.model.secret_places import places_in
from flink_chaos.model.text import kept
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plans import a_plan

CANARY = "hunter2"
AT = datetime(2026, 1, 1, tzinfo=UTC)
DATA = [
    {"args": ["--password", CANARY]}, {"env": [{"name": "DB_PASSWORD", "value": CANARY}]}, {"key": "s3.secret-key", "value": CANARY}, {"m": f"<name>fs.s3a.secret.key</name><value>{CANARY}</value>"},
    {"path": f"https://u:{CANARY}@h/x y"}, {"columns": [f"password={CANARY}"]}, {"kind": "other", "path": f"password={CANARY}"}, {f"password={CANARY} x": 1},
    {"password": {"x": CANARY}}, {"password": [[CANARY]]}, {"scripts": {"a": f"password: {CANARY}"}}, {"tables": {"a": [{"password": CANARY}]}},
    {"name": "DB_PASSWORD", "value": [CANARY]}, {"kind": "savepoint_taken", "path": "x", "by": {"path": f"https://u:{CANARY}@h/"}},
]  # fmt: skip


@pytest.mark.parametrize("data", DATA, ids=str)
@pytest.mark.parametrize("form", ["{}", "[0]\n{}\n", "{}\n[1]\n"])
def test_a_secret_in_data_is_masked(data, form):
    """Name and value apart, below the name, in keys; whatever names its keys have."""
    told = masked_record(form.replace("{}", json.dumps(data)))
    assert CANARY not in told
    assert MASK in told
    assert masked_record(told) == told


def test_what_a_run_acts_by_stays_where_the_model_says_so():
    """Names of files and of columns may look like secrets."""
    name = "token=5/password=hunter2"
    file = FileState(path=name, size=1, modified_ms=1, finished=True)
    facts = [
        SavepointTaken(at=AT, path=name),
        FilesEnd(at=AT, copy="chaos", directory="d", files=[file]),
        Table(at=AT, name="t", columns=[name], rows=[]),
    ]
    for fact in facts:
        assert name in masked_record(fact.model_dump_json(by_alias=True))


def test_a_row_of_a_report_is_masked_by_its_looks_alone():
    """A column may be called `token`; an address with a password in it is none the less one."""
    rows = [{"token": "the", "password": "x", "cnt": "5"}, {"path": f"https://u:{CANARY}@h/x y"}]
    told = json.loads(masked_record(json.dumps({"outcome": "PASS", "tables": {"tokens": rows}})))
    assert told["tables"]["tokens"] == [rows[0], {"path": f"https://u:{MASK}@h/x y"}]
    fact = Table(at=AT, name="t", columns=["token", "cnt"], rows=[["the", 5], [f"password={CANARY}", 5]])
    assert json.loads(masked_record(fact.model_dump_json()))["rows"] == [["the", 5], [f"password={MASK}", 5]]


def test_a_plan_that_was_accepted_is_stored_to_the_letter():
    """A later task acts by what was stored."""
    options = {
        "app.max-tokens": "100",
        "app.password-resets.topic": "resets",
        "security.delegation.tokens.renewal.time-buffer": "5min",
    }
    plan = a_plan(flink_configuration=options)
    described = plan.pipeline.model_copy(update={"description": "Password: reset events"})
    text = plan.model_copy(update={"pipeline": described}).model_dump_json(by_alias=True)
    assert masked_record(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("err:hunter-22-canary", f"err:{MASK}"),
        ("x='hunter-22-canary',y", f"x='{MASK}',y"),
        ("login failed for hunter-22-canary", f"login failed for {MASK}"),
        ("hunter-22-canary", "hunter-22-canary"),
        ("hunter-22-canary-chaos", "hunter-22-canary-chaos"),
        ("hdfs://a/hunter-22-canary", "hdfs://a/hunter-22-canary"),
        ("hunter-22-canary:1.20", "hunter-22-canary:1.20"),
    ],
)
def test_a_remembered_secret_is_masked_in_a_stored_text(monkeypatch, text, told):
    """A name or an image that has it as a part is not: the run acts by it."""
    monkeypatch.setattr(masking, "_known", set())
    remember("hunter-22-canary")
    assert json.loads(masked_record(json.dumps({"message": text})))["message"] == told


def test_a_secret_across_a_cut_is_masked():
    """While it is whole; of a password half would be told, and of an address too."""
    for secret in (f'password="{CANARY}-canary-0123456789"', f"https://u:{CANARY}xxxxxxxxxxxxxxxxxxxxxx@h/x"):
        for before in range(1_950, 2_000):
            text = StepFailed(at=AT, step="s", message="x " * (before // 2) + f"{secret}; " + "z" * 200).message
            assert CANARY[:4] not in text
            assert kept(text) == text
            assert masked(masked(text)) == masked(text)


@pytest.mark.parametrize("depth", [40, 400, 5_000, 100_000])
def test_data_of_any_depth_is_masked(depth):
    """As data, or as the text that it is."""
    assert CANARY not in masked_record("[" * depth + f'"password={CANARY}"' + "]" * depth)


def test_a_number_that_is_a_secret_is_masked():
    """As it would be refused in a profile; an amount is none."""
    text = json.dumps(
        {"password": 123456, "a": [{"name": "PIN_PASSWORD", "value": 1234}], "tokens": 5, "token": None, "PASS": 3}
    )
    told = json.loads(masked_record(text))
    assert told == {
        "password": MASK,
        "a": [{"name": "PIN_PASSWORD", "value": MASK}],
        "tokens": 5,
        "token": None,
        "PASS": 3,
    }


def test_a_key_that_stands_twice_hides_nothing():
    """JSON's reader would keep the last one only."""
    assert CANARY not in masked_record(f'{{"password": "{CANARY}", "password": "${{env:P}}"}}')


PARTS = [
    "password", "token", "tokens", "token.count", "secret.key", "name", "value", "--password", "-u", "sasl.jaas.config", "Authorization", "=", ": ", ":", "\n  ", '"', "'",
    "`", '\\"', "\\", '"""', ",", ";", "{", "}", "<", ">", "</", CANARY, "5min", "org.X required", "https://", "@", "sig=", MASK, "${env:P}", "|\n  ", " holds a secret",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PARTS), max_size=12).map("".join)


@given(TEXTS, st.sampled_from(PARTS), st.lists(TEXTS, max_size=3))
def test_what_is_refused_is_what_would_be_masked(text, name, texts):
    """Else a run would act by `***`, or a plan would tell a secret."""
    data = {"a": {name: text}, "b": texts}
    assert bool(places_in(data)) == (masked_data(data) != data)


@given(TEXTS)
def test_a_text_that_was_masked_is_not_changed_again(text):
    """A record is read and written again."""
    told = masked(text)
    assert masked(told) == told
