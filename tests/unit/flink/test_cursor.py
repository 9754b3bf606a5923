"""The cursor by itself; test_declarations.py and test_writes.py refuse whole statements by it."""

import pytest
from flink_chaos.flink.cursor import Cursor
from flink_chaos.flink.scripts import ScriptError
from flink_chaos.flink.statements import statements


def at(script):
    return Cursor(statements("a.sql", script)[0])


def test_words_are_taken_whole_and_in_any_case():
    """Or not at all; a name in back-ticks is no word, a literal no sign."""
    cursor = at("if Not exists `IF` ','")
    assert (cursor.take("IF", "EXISTS"), cursor.take("IF", "NOT", "EXISTS"), cursor.take("IF")) == (False, True, False)
    assert (cursor.name(), cursor.takes(","), cursor.is_done) == ("IF", False, False)


def test_parts_are_read_to_their_end():
    """Parentheses that literals hold count for nothing."""
    cursor = at("(a, (b), ')') c.`d.e`.f ('k' = 'v', 'w' = '''') x; y")
    assert [token.text for token in cursor.group()] == ["a", ",", "(", "b", ")", ",", "')'"]
    assert (cursor.path(), cursor.options()) == (["c", "d.e", "f"], {"k": "v", "w": "'"})
    assert ([token.text for token in cursor.rest()], cursor.found) == (["x"], "its end")


def test_a_refusal_tells_the_line_at_hand():
    """In a statement of many lines."""
    cursor = at("a\nb\n'c'")
    cursor.demand("word", "a word")
    with pytest.raises(ScriptError, match=r"^a\.sql:2: `a b 'c'`: expected \(, and found b; write it so$"):
        cursor.demand_sign("(")
    cursor.skip_to("(")
    with pytest.raises(ScriptError, match=r"^a\.sql:3: .*expected a word, and found its end"):
        cursor.demand("word", "a word")
