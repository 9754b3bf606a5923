import pytest
from flink_chaos.flink.tokens import UnreadableError, tokens


def told(script):
    return [(token.kind, token.text) for token in tokens(script) if token.kind != "space"]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("a 'b''c' `d``e`", [("word", "a"), ("string", "'b''c'"), ("name", "`d``e`")]),
        ("`it's` 'a`b'", [("name", "`it's`"), ("string", "'a`b'")]),
        ("`a--b` `a/*b`", [("name", "`a--b`"), ("name", "`a/*b`")]),
        ("'--' -- it's\n'/*'", [("string", "'--'"), ("comment", "-- it's"), ("string", "'/*'")]),
        ("/* a /* b */ c", [("comment", "/* a /* b */"), ("word", "c")]),
        ("/**/ a", [("comment", "/**/"), ("word", "a")]),
        ("/***/ a */ b", [("comment", "/***/ a */"), ("word", "b")]),
        ("/*+ a('*/') */*", [("sign", "/*+"), ("word", "a"), ("sign", "("), ("string", "'*/'"), ("sign", ")"), ("sign", "*/"), ("sign", "*")]),
        ("X'00' date'a'", [("word", "X"), ("string", "'00'"), ("word", "date"), ("string", "'a'")]),
        ("1.5-größe", [("word", "1"), ("sign", "."), ("word", "5"), ("sign", "-"), ("word", "größe")]),
    ],
)  # fmt: skip
def test_pieces_are_those_of_flinks_own_parser(script, found):
    """Quotes hide comments and comments hide quotes; a hint is no comment."""
    assert told(script) == found


def test_a_token_tells_what_it_means():
    """Its keyword, its value without quotes, and its line."""
    word, string, name = (token for token in tokens("set\n'a''b'\n`c``d`") if not token.is_blank)
    assert (word.keyword, word.value, word.line) == ("SET", "set", 1)
    assert (string.keyword, string.value, string.line) == ("", "a'b", 2)
    assert (name.keyword, name.value, name.line) == ("", "c`d", 3)


def test_only_plain_letters_make_a_keyword():
    """Python's capital of a long s is an S, which Flink does not read so."""
    assert [token.keyword for token in tokens("\u017fet")] == [""]


@pytest.mark.parametrize("odd", ["\r", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("script", ["-- a{}SET", "SELECT 'a{}'", "`a{}`", "SELECT{}1", "/*{}*/"])
def test_a_line_end_of_some_readers_only_is_refused(script, odd):
    """Wherever it stands."""
    with pytest.raises(UnreadableError, match="ends a line for some readers only") as error:
        list(tokens("\n" + script.format(odd)))
    assert error.value.line == 2


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("\n'a", "a literal has no end"),
        ("\n'a''", "a literal has no end"),
        ("\n`a", "a name has no end in its line"),
        ("\n``", "a name has no end in its line, or is empty"),
        ("\n/* a", "a comment has no end"),
        ("\na */", "ends no comment here"),
        ("\n/*+ a; */", "ends no comment here"),
        ("\n/*+ a /*+ b */", "a hint begins within a hint"),
        ("\n// a", "write --"),
        ('\n"a"', "write 'text' or `name`"),
        ("\nE'\\'", "a literal with a prefix"),
        ("\nU&'a'", "'&', which Flink's SQL does not know"),
        ("\n_UTF8'a'", "a literal with a prefix"),
        ("\na\u00a0b", "'\\xa0', which Flink's SQL does not know"),
        ("\n\ufeffa", "which Flink's SQL does not know"),
        ("\n\\", "which Flink's SQL does not know"),
        ("\n'\n--'", "a line begins with --"),
        ("\n/*\n --*/", "a line begins with --"),
    ],
)
def test_what_may_be_read_otherwise_is_refused_with_its_line(script, why):
    """And with what to write instead."""
    with pytest.raises(UnreadableError) as error:
        list(tokens(script))
    assert why in str(error.value)
    assert error.value.line == 2
