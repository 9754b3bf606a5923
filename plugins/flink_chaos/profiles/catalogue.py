"""The files below include/: pipelines, environments, faults and SQL."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TypeVar

from flink_chaos.model.base import NAME, Record
from flink_chaos.model.environment import ENVIRONMENT_NAME, Environment
from flink_chaos.model.fault import Fault
from flink_chaos.model.pipeline import Pipeline
from flink_chaos.model.secrets import TOLD, found_in_sql
from flink_chaos.model.suite import Suite
from flink_chaos.model.telling import meant, shown
from flink_chaos.profiles.reading import ProfileError, line_of, read, text_of

R = TypeVar("R", bound=Record)
INCLUDE = "FLINK_CHAOS_INCLUDE"
ENVIRONMENT = "FLINK_CHAOS_ENVIRONMENT"
FOLDERS: dict[type[Record], str] = {
    Pipeline: "pipelines",
    Environment: "environments",
    Fault: "faults",
    Suite: "suites",
}
SUFFIX = ".yaml"
OTHER_SUFFIXES = {SUFFIX, ".yml"}
NOT_OURS = (".", "#", "~")
"""How files begin that are hidden, or an editor's: its locks and copies. Its other copies end otherwise than ours."""


def include_folder() -> Path:
    """The folder named by FLINK_CHAOS_INCLUDE, else include/ of the checkout that the package is installed from."""
    named = os.environ.get(INCLUDE)
    return Path(named) if named else Path(__file__).resolve().parents[3] / "include"


def default_environment() -> str:
    """The place that whoever asks stands in: named by FLINK_CHAOS_ENVIRONMENT, else the lab."""
    return os.environ.get(ENVIRONMENT) or "lab"


class Catalogue:
    """Profiles by name. Each file stands alone: what is wrong with one is told by whoever asks for that one."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or include_folder()

    def files(self, model: type[Record]) -> list[Path]:
        """All files of a kind, also those that cannot be used. Raises ProfileError when nobody may look."""
        folder = self.folder / FOLDERS[model]
        try:
            return sorted(Path(folder, name) for name in os.listdir(folder) if _is_meant(name))  # noqa: PTH208
        except FileNotFoundError:
            self._require_folder()
            return []
        except OSError as error:
            raise ProfileError(f"{folder}: cannot be read: {error.strerror} (folder set by {INCLUDE})") from error

    def names(self, model: type[Record]) -> list[str]:
        """Names of all profiles of a kind."""
        return [path.stem for path in self.files(model) if not misnamed(path, model)]

    def get(self, model: type[R], name: str) -> R:
        """The profile of that name. Raises ProfileError, with the names there are when this one is unknown."""
        for path in self.files(model):
            if path.stem == name and not misnamed(path, model):
                return self._named(read(path, model), path)
        raise ProfileError(self._why_none(model, name))

    def _named(self, profile: R, path: Path) -> R:
        if getattr(profile, "name", path.stem) != path.stem:
            line = line_of(path, ("name",))
            raise ProfileError(f"{path}:{line}: name: must equal the file's name, '{path.stem}'")
        return profile

    def _why_none(self, model: type[Record], name: str) -> str:
        for path in self.files(model):
            if name in (path.stem, path.name):
                return misnamed(path, model) or f"{path}: write its name without {SUFFIX}"
        known, kind = self.names(model), model.__name__.lower()
        hint = f"; {found}" if (found := meant(name, known)) else "."
        return (
            f"{self.folder / FOLDERS[model]}: no such {kind} {shown(name)}{hint} There are: "
            f"{', '.join(known) or 'none'}. Choose one of them, or add the file (folder set by {INCLUDE})."
        )

    def _require_folder(self) -> None:
        if not self.folder.is_dir():
            raise ProfileError(f"{self.folder}: no such folder; correct {INCLUDE}")

    def pipeline(self, name: str) -> Pipeline:
        """An application under test."""
        return self.get(Pipeline, name)

    def environment(self, name: str) -> Environment:
        """A place to test in."""
        return self.get(Environment, name)

    def fault(self, name: str) -> Fault:
        """A fault."""
        return self.get(Fault, name)

    def suite(self, name: str) -> Suite:
        """A suite. Whether its runs can be planned is another question: steps.suites.plan_runs."""
        return self.get(Suite, name)

    def place(self, suite: Suite, location: tuple[int | str, ...]) -> str:
        """Where a part of the suite stands, as `file:line`."""
        path = self.folder / FOLDERS[Suite] / f"{suite.name}{SUFFIX}"
        return f"{path}:{line_of(path, location)}"

    def script(self, name: str) -> str:
        """Text of a file below include/sql. Raises ProfileError when there is none, or when it holds a secret."""
        path = self.folder / "sql" / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ProfileError(f"{name}: is not below {self.folder / 'sql'}; a pipeline names it")
        try:
            text = text_of(path)
        except ProfileError as error:
            raise ProfileError(f"{error}; a pipeline names it") from error
        if found := found_in_sql(text):
            lines = [f"{path}:{text.count(chr(10), 0, one.start) + 1}: '{one.name}': {TOLD}" for one in found]
            raise ProfileError("\n".join(lines))
        return text


def misnamed(path: Path, model: type[Record]) -> str:
    """Why the file's name cannot be a profile's, empty when it can."""
    pattern = ENVIRONMENT_NAME if model is Environment else NAME
    told = str(path) if str(path).isprintable() else f"{path.parent}: {shown(path.name)}"
    if not re.fullmatch(pattern, path.stem):
        return f"{told}: a file's name is the profile's, and matches {pattern} before {SUFFIX}; rename it"
    return "" if path.suffix == SUFFIX else f"{told}: ends in {path.suffix}; rename it to {path.stem}{SUFFIX}"


def _is_meant(name: str) -> bool:
    return Path(name).suffix.lower() in OTHER_SUFFIXES and not name.startswith(NOT_OURS)
