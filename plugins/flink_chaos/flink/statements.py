"""Splits a script of Flink SQL as the SQL runner does (`java/sql-runner/Statements.java`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flink_chaos.flink.scripts import ScriptError
from flink_chaos.flink.tokens import Token, UnreadableError, tokens
from flink_chaos.model.telling import short

if TYPE_CHECKING:
    from collections.abc import Sequence

STATEMENT_SET = ["EXECUTE", "STATEMENT", "SET"]
SHOWN = 60
"""Characters of a statement that a message tells."""


@dataclass(frozen=True)
class Statement:
    """One statement: `text` is what Flink gets, without comments; `where` is its file."""

    where: str
    text: str
    tokens: tuple[Token, ...]

    def refusal(self, why: str, line: int = 0) -> ScriptError:
        """An error in one line: file, line, the statement's beginning, and why."""
        return ScriptError(f"{self.where}:{line or self.tokens[0].line}: `{short(self.text, SHOWN)}`: {why}")


def statements(where: str, script: str) -> list[Statement]:
    """Statements end at a `;` outside quotes and comments, a statement set at its END.

    Raises ScriptError where the script cannot be read for certain.
    """
    found: list[list[Token]] = [[]]
    try:
        for token in tokens(script):
            if token.is_sign(";") and not _goes_on(found[-1]):
                found.append([])
            else:
                found[-1].append(token)
    except UnreadableError as error:
        beginning = short(script.split("\n")[error.line - 1].strip(), SHOWN)
        raise ScriptError(f"{where}:{error.line}: `{beginning}`: {error}") from error
    return [_statement(where, pieces) for pieces in found if not all(token.is_blank for token in pieces)]


def _goes_on(pieces: Sequence[Token]) -> bool:
    """Whether the statement is a set of statements that is not at its END."""
    told = [token for token in pieces if not token.is_blank]
    ends = [*told[-2:-1], *told[-1:]]
    is_ended = len(ends) == len(STATEMENT_SET) - 1 and ends[0].is_sign(";") and ends[1].keyword == "END"
    return [token.keyword for token in told[: len(STATEMENT_SET)]] == STATEMENT_SET and not is_ended


def _statement(where: str, pieces: Sequence[Token]) -> Statement:
    text = "".join(" " if token.kind == "comment" else token.text for token in pieces)
    return Statement(where, text.strip(), tuple(token for token in pieces if not token.is_blank))
