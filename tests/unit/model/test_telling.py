import pytest
from flink_chaos.model.telling import LONGEST, meant, short, shown, unusable

DEEP: list[object] = []
for _ in range(100_000):
    DEEP = [DEEP]


ODD = {
    "text": "x" * 10**6,
    "number": 10**6000,
    "deep": DEEP,
    "wide": {n: n for n in range(10**4)},
    "bytes": b"x" * 10**6,
}


@pytest.mark.parametrize("kind", ODD)
def test_no_value_makes_a_message_longer_than_a_line(kind):
    """Nor can Python refuse to write it."""
    assert len(shown(ODD[kind])) <= LONGEST + 5


@pytest.mark.parametrize(
    ("value", "told"), [("a'b", '"a\'b"'), (5, "5"), (None, "None"), (["a"], "['a']"), (True, "True")]
)
def test_a_value_is_told_as_python_writes_it(value, told):
    """So that a text is known from a number."""
    assert shown(value) == told


def test_a_long_text_is_cut_and_is_one_line():
    """What a library says may be pages."""
    assert (short("a\n  b"), short("x" * 1000)[295:]) == ("a b", "xxxxx... 700 more bytes")


@pytest.mark.parametrize(
    ("name", "told"), [("sed", "did you mean seed?"), ("SEED", "did you mean seed?"), ("x", ""), ("xyz" * 10**5, "")]
)
def test_the_name_that_was_probably_meant_is_told(name, told):
    """Of those there are."""
    assert meant(name, ["seed", "pipeline"]) == told


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\x9b", "\ud800", "\u2028"])
def test_a_text_with_what_no_system_takes_is_unusable(character):
    """Lines and tabs are text."""
    assert "remove it" in unusable(f"a{character}")
    assert unusable("a\tb\nc\r é ≈") == ""


@pytest.mark.parametrize(
    "value", ['{"s3.secret-key": "hunter2' + "x" * 500, {"password": "hunter2"}, "x" * 60 + "https://u:hunter2@h"]
)
def test_no_value_is_told_with_its_secret(value):
    """Before it is shortened, after which it might not be known for one."""
    assert "hunter2" not in shown(value)
