"""Goes through one statement, word by word, and refuses it where it goes on otherwise than it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.flink.tokens import Token

if TYPE_CHECKING:
    from collections.abc import Collection

    from flink_chaos.flink.scripts import ScriptError
    from flink_chaos.flink.statements import Statement

END = Token("end", "", 0)


class Cursor:
    """A place in a statement, or in a part of it."""

    def __init__(self, statement: Statement) -> None:
        self._statement, self._tokens = statement, statement.tokens
        self._at = 0

    @property
    def next(self) -> Token:
        """The token at hand; one of the kind `end` behind the last."""
        return self._tokens[self._at] if self._at < len(self._tokens) else END

    @property
    def found(self) -> str:
        """What is at hand, for messages."""
        return self.next.text or "its end"

    @property
    def is_done(self) -> bool:
        """Whether nothing follows."""
        return self.next is END

    def refusal(self, why: str) -> ScriptError:
        """An error that tells the line at hand."""
        return self._statement.refusal(why, self._tokens[min(self._at, len(self._tokens) - 1)].line)

    def take(self, *words: str) -> bool:
        """Go over these words, if they are what follows."""
        following = self._tokens[self._at : self._at + len(words)]
        if [token.keyword for token in following] != list(words):
            return False
        self._at += len(words)
        return True

    def takes(self, sign: str) -> bool:
        """Go over this sign, if it is what follows."""
        found = self.next.is_sign(sign)
        self._at += found
        return found

    def any_of(self, words: Collection[str]) -> str:
        """Go over one of these words and return it; empty if none follows."""
        found = self.next.keyword
        return found if found in words and self.take(found) else ""

    def demand(self, kind: str, what: str) -> Token:
        """Go over a token of a kind."""
        token = self.next
        if token.kind != kind:
            raise self.refusal(f"expected {what}, and found {self.found}; write it so")
        self._at += 1
        return token

    def demand_sign(self, sign: str) -> None:
        """Go over this sign."""
        if not self.takes(sign):
            raise self.refusal(f"expected {sign}, and found {self.found}; write it so")

    def rest(self) -> tuple[Token, ...]:
        """Everything that follows, and go to the end."""
        found, self._at = self._tokens[self._at :], len(self._tokens)
        return found

    def skip_to(self, sign: str) -> None:
        """Go behind the next such sign, or to the end."""
        while not self.is_done and not self.takes(sign):
            self._at += 1

    def group(self) -> list[Token]:
        """Go over parentheses with all that is in them; what is in them."""
        self.demand_sign("(")
        found, depth = [], 1
        while depth:
            if self.is_done:
                raise self.refusal("a ( has no ); close it")
            depth += self.next.is_sign("(") - self.next.is_sign(")")
            found.append(self.next)
            self._at += 1
        return found[:-1]

    def path(self) -> list[str]:
        """A name, behind its catalog and database if it has any."""
        parts = [self._part()]
        while self.takes("."):
            parts.append(self._part())
        return parts

    def name(self) -> str:
        """A name without catalog and database."""
        *qualifiers, name = self.path()
        if qualifiers:
            raise self.refusal(
                f"{'.'.join(qualifiers)} may be others'; write {name} alone, and declare the table in this script"
            )
        return name

    def _part(self) -> str:
        kind = "name" if self.next.kind == "name" else "word"
        return self.demand(kind, "a name").value

    def options(self) -> dict[str, str]:
        """`('name' = 'value', ...)` with plain literals, each name once."""
        found: dict[str, str] = {}
        self.demand_sign("(")
        while not self.takes(")"):
            if found:
                self.demand_sign(",")
            name = self.demand("string", "an option as 'name' = 'value'").value
            self.demand_sign("=")
            if name in found:
                raise self.refusal(f"option {name} stands there twice; keep one")
            found[name] = self.demand("string", "an option as 'name' = 'value'").value
        return found
