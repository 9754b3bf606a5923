"""Java programs from a folder of jars."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from lab.commands import LabError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def java(
    main: str, *arguments: str | Path, class_path: Sequence[str | Path], options: Sequence[str] = ()
) -> list[str | Path]:
    """The command that runs the class `main`. Raises LabError if there is no Java."""
    program = shutil.which("java")
    if program is None:
        raise LabError("java: not found. `python -m lab doctor` tells how to install it.")
    return [program, *options, "-cp", ":".join(str(entry) for entry in class_path), main, *arguments]
