"""Takes a script of Flink SQL apart by the rules of Flink's own parser, which are Calcite's for quotes in back-ticks.

`java/sql-runner/Statements.java` goes by the same rules. What the two, or another version of Flink, might read
otherwise is refused here: prefixes of literals, `//`, odd line ends.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from flink_chaos.model.telling import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
  | (?P<comment>--[^\n]*|/\*(?!\+)(?:\*[^/])?+.*?\*/)
  | (?P<string>'(?:[^']|'')*+')
  | (?P<name>`(?:[^`\r\n]|``)++`)
  | (?P<word>(?:X|DATE|TIME|TIMESTAMP|INTERVAL)(?=')|[\w$]++(?!'))
  | (?P<sign>/\*\+|\*/|/(?![/*])|[][(){},.;:=<>!+*%|?^-])
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
"""`/***/` opens a comment and does not close it, as in Calcite; a hint, `/*+ ... */`, is none."""

BREAKS = re.compile(r"\r(?!\n)|[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
"""Some end a line for Java and not for Python or Flink, or the other way round."""

DROPPED_LINE = re.compile(r"\n\s*--")
"""SQL runners before this one took each line that begins so for a comment, within quotes too."""

REASONS = (
    (re.compile("'"), "a literal has no end; close it with ', and double each ' within"),
    (re.compile("`"), "a name has no end in its line, or is empty; close it with `, and double each ` within"),
    (re.compile(r"/\*"), "a comment has no end; close it with */"),
    (re.compile("//"), "Flink takes // for the beginning of a comment; write -- or a space between"),
    (re.compile('"'), "Flink knows no double quotes; write 'text' or `name`"),
    (re.compile(r"[\w$]+'"), "a literal with a prefix may be read otherwise; write the text alone, or a space between"),
)


class UnreadableError(ValueError):
    """A script that Flink may read otherwise: the line, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


class Token(NamedTuple):
    """A piece of a script: space, comment, string, name (in back-ticks), word or sign."""

    kind: str
    text: str
    line: int

    @property
    def keyword(self) -> str:
        """A word in capitals; empty for all else."""
        return self.text.upper() if self.kind == "word" and self.text.isascii() else ""

    @property
    def value(self) -> str:
        """What stands in the quotes, or the text itself."""
        if self.kind not in {"string", "name"}:
            return self.text
        quote = self.text[0]
        return self.text[1:-1].replace(quote * 2, quote)

    @property
    def is_blank(self) -> bool:
        """Whether it tells nothing."""
        return self.kind in {"space", "comment"}

    def is_sign(self, text: str) -> bool:
        """Whether it is this sign, and not a literal of the same text."""
        return self.kind == "sign" and self.text == text


def tokens(script: str) -> Iterator[Token]:
    """All of the script, piece by piece. Raises UnreadableError where it cannot be read for certain."""
    _refuse_breaks(script)
    at, line, hint = 0, 1, False
    while at < len(script):
        match = PIECE.match(script, at)
        if match is None:
            raise UnreadableError(line, _why_not(script, at))
        token = Token(str(match.lastgroup), match[0], line)
        hint = _in_hint(token, before=hint)
        _refuse_dropped(token)
        yield token
        at, line = match.end(), line + match[0].count("\n")


def _refuse_breaks(script: str) -> None:
    if odd := BREAKS.search(script):
        line = script.count("\n", 0, odd.start()) + 1
        raise UnreadableError(line, f"holds {odd[0]!r}, which ends a line for some readers only; write a space")


def _in_hint(token: Token, *, before: bool) -> bool:
    """Whether a hint is open behind the token."""
    if token.is_sign("*/") and not before:
        raise UnreadableError(token.line, "*/ ends no comment here; write a space between * and /")
    if token.is_sign("/*+") and before:
        raise UnreadableError(token.line, "a hint begins within a hint; close the first one with */")
    return token.is_sign("/*+") or (before and not token.is_sign("*/") and not token.is_sign(";"))


def _refuse_dropped(token: Token) -> None:
    quoted = token.kind == "string" or token.text.startswith("/*")
    if quoted and DROPPED_LINE.search(token.text):
        raise UnreadableError(token.line, "within quotes or /* */ a line begins with --; begin it otherwise")


def _why_not(script: str, at: int) -> str:
    told = next((why for pattern, why in REASONS if pattern.match(script, at)), "")
    return told or f"holds {shown(script[at])}, which Flink's SQL does not know; remove it"
