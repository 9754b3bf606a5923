"""Arguments of the command: what is wrong with one is told in a line."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NoReturn

from flink_chaos.model.telling import short

if TYPE_CHECKING:
    from collections.abc import Callable


class Parser(argparse.ArgumentParser):
    """Argparse's own would print its usage too."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end."""
        self.exit(2, f"{self.prog}: {short(message)}; `{self.prog} --help` shows what there is\n")


def whole(least: int, most: int) -> Callable[[str], int]:
    """The type of an argument that is a whole number within these bounds."""

    def number(text: str) -> int:
        plain = text.isascii() and text.isdecimal() and len(text) <= len(str(most))
        if plain and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"{short(text, 40) or repr(text)} is no number from {least} to {most}")

    return number
