import json
import time
import unicodedata

import pytest
from flink_chaos.model.text import cut, exact, json_escaped, kept, one_line, visible
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.poison import ACTING, acting_in


def test_every_character_that_acts_is_told_by_its_escape():
    """Of all of Unicode."""
    told = visible(ACTING.replace("\n", "").replace("\t", ""))
    assert told.isprintable()
    assert acting_in(told) == set()
    assert told.startswith("\\x00\\x01")
    assert ("\\x1b" in told, "\\x9b" in told, "\\u202e" in told, "\\U000e0001" in told) == (True, True, True, True)


@pytest.mark.parametrize("text", ["plain", "Grüße, 世界 🎉", "a\u00a0b\u3000c", "a\nb\tc", "C:\\x1b"])
def test_what_can_be_seen_stays_as_it_is(text):
    """Blanks of other widths too."""
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a\n\tat b\r\nc", "a at b c", "a\\n\\tat b\\r\\nc"),
        ("  a \n", "a", "  a \\n"),
        ("a\x1b[31mb", "a\\x1b[31mb", "a\\x1b[31mb"),
        ("a\x0bb\x85c\u2028d", "a\\x0bb\\x85c\\u2028d", "a\\x0bb\\x85c\\u2028d"),
    ],
)
def test_a_line_has_no_break_and_a_key_tells_its_own(text, line, told):
    """Prose is easier read with blanks; two keys that differ are told differently."""
    assert (one_line(text), exact(text)) == (line, told)


@pytest.mark.parametrize(
    "texts",
    [
        ("a b", "a\u00a0b", "a\u2003b", "a\u3000b", "a b\u3164", "a\u2800b"),
        ("é", "e\u0301"),
        ("x" + "\u0301" * 3, "x" + "\u0301" * 50),
        ("❤", "❤\ufe0f", "❤\U000e0100"),
    ],
)
def test_keys_that_look_alike_are_told_differently(texts):
    """As plain letters."""
    told = [exact(text) for text in texts]
    assert len({unicodedata.normalize("NFKC", one).strip() for one in told}) == len(texts)


def test_marks_do_not_cover_the_lines_beside_them():
    """As many as a language needs stay."""
    assert visible("x" + "\u0301" * 5) == "x" + "\u0301" * 3 + "\\u0301" * 2
    assert visible("a\u0302\u0301") == "a\u0302\u0301"


@pytest.mark.parametrize("word", ["##vso[task.setvariable variable=PATH]", "##teamcity[x]", "##[group]", "##VSO[x]"])
def test_a_word_that_a_build_server_obeys_is_told_by_an_escape(word):
    """It reads all that a step prints; JSON means the same."""
    for told in (visible(f"a {word}"), exact(f"a {word}"), one_line(f"a {word}")):
        assert told == f"a \\x23{word[1:]}"
    escaped = json_escaped(json.dumps({"a": word}))
    assert "##" not in escaped
    assert json.loads(escaped) == {"a": word}


@given(st.text(max_size=300), st.text(max_size=300))
def test_two_keys_that_differ_are_told_differently(one, other):
    """As long as neither holds a backslash itself."""
    one, other = one.replace("\\", ""), other.replace("\\", "")
    assert (exact(one) == exact(other)) == (one == other)


@given(st.text(st.characters(), max_size=300))
def test_json_means_the_same_with_every_acting_character_escaped(text):
    """Half of a surrogate pair too."""
    escaped = json_escaped(json.dumps({"a": text}, indent=1, ensure_ascii=False))
    assert json.loads(escaped) == {"a": text}
    assert escaped.replace("\n", "").isprintable() or any(unicodedata.category(one) == "Zs" for one in escaped)


def test_a_cut_text_tells_how_many_bytes_are_missing():
    """Of UTF-8, and half of a surrogate pair is some too."""
    assert cut("ä" * 5, 3) == "äää... 4 more bytes"
    assert cut("ä" * 5, 5) == "ä" * 5
    assert cut('password="hunter2-canary"; yes', 20) == 'password="***"; yes'
    assert cut("ab\ud800", 2) == "ab... 3 more bytes"
    assert cut("x" * 10_000_000, 10) == "x" * 10 + "... 9,999,990 more bytes"


def test_two_names_that_differ_behind_the_cut_still_differ():
    """What was left out is part of the name as a digest."""
    one, other = (cut("x" * 5_000 + end, name=True) for end in "ab")
    assert one != other
    assert len(one) < 2_100


def test_every_text_within_is_cut():
    """Keys and values, however deep; numbers, and what is short, stay."""
    long = "x" * 3_000
    found = kept({long: [long, {"a": (long, 7, None, "b")}]})
    assert len(json.dumps(found)) < 3 * 2_100
    assert found[cut(long, name=True)][1]["a"][1:] == (7, None, "b")


def test_ten_megabytes_are_told_in_seconds():
    """Nothing tries every way to read them."""
    begin = time.monotonic()
    for text in ("\x1b" * 1_000_000, " \n" * 5_000_000, "a" * 10_000_000, " \t " * 3_000_000, "x" + " " * 9_000_000):
        for told in (visible, one_line, exact):
            assert len(told(cut(text, 1_000_000))) < 5_000_000
    assert time.monotonic() - begin < 60
