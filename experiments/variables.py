"""The environment of an experiment, read with checks; an empty value means the default, as in Litmus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.errors import ChaosError, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

TRUE = ("true", "True", "TRUE", "1", "t", "T")


class Variables:
    """Variables by name. Every method raises ChaosError with the variable and its value if that cannot be used."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def text(self, name: str, default: str = "") -> str:
        """The value, or `default` if it is empty."""
        return self._env.get(name, "").strip() or default

    def required(self, name: str) -> str:
        """The value, which must not be empty."""
        value = self.text(name)
        if not value:
            text = f"variable {name} is not set: Litmus' runner sets it, so start this by an engine"
            raise ChaosError(Code.GENERIC, text)
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """The items of a comma-separated list."""
        return tuple(word.strip() for word in self.text(name).split(",") if word.strip())

    def number(self, name: str, default: int) -> int:
        """A whole number of at least 0."""
        text = self.text(name)
        if text and not text.isdecimal():
            raise ChaosError(Code.GENERIC, f"variable {name} is '{text}': a whole number of at least 0 is needed")
        return int(text) if text else default

    def flag(self, name: str, *, default: bool) -> bool:
        """Whether it is true, as Go reads booleans; anything unknown is false."""
        text = self.text(name)
        return text in TRUE if text else default

    def choice(self, name: str, *allowed: str) -> str:
        """One of `allowed` (lower case), of which the first is the default."""
        text = self.text(name, allowed[0])
        if text.lower() not in allowed:
            raise ChaosError(Code.GENERIC, f"variable {name} is '{text}': use {' or '.join(allowed)}")
        return text.lower()
