"""The files below include/: pipelines, environments, faults and SQL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from flink_chaos.model.base import Record
from flink_chaos.model.environment import Environment
from flink_chaos.model.fault import Fault
from flink_chaos.model.pipeline import Pipeline
from flink_chaos.model.secrets import TOLD, found_in_sql
from flink_chaos.model.suite import Suite
from flink_chaos.profiles.reading import ProfileError, line_of, read

R = TypeVar("R", bound=Record)
INCLUDE = "FLINK_CHAOS_INCLUDE"
ENVIRONMENT = "FLINK_CHAOS_ENVIRONMENT"
FOLDERS: dict[type[Record], str] = {
    Pipeline: "pipelines",
    Environment: "environments",
    Fault: "faults",
    Suite: "suites",
}


def include_folder() -> Path:
    """The folder named by FLINK_CHAOS_INCLUDE, else include/ of the checkout that the package is installed from."""
    named = os.environ.get(INCLUDE)
    return Path(named) if named else Path(__file__).resolve().parents[3] / "include"


def default_environment() -> str:
    """The place that whoever asks stands in: named by FLINK_CHAOS_ENVIRONMENT, else the lab."""
    return os.environ.get(ENVIRONMENT) or "lab"


class Catalogue:
    """Profiles by name."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or include_folder()

    def names(self, model: type[Record]) -> list[str]:
        """Names of all profiles of a kind."""
        return sorted(path.stem for path in (self.folder / FOLDERS[model]).glob("*.yaml"))

    def get(self, model: type[R], name: str) -> R:
        """The profile of that name. Raises ProfileError, with the names there are when this one is unknown."""
        path = self.folder / FOLDERS[model] / f"{name}.yaml"
        known = self.names(model)
        if name not in known:
            raise ProfileError(
                f"{path}: no such {model.__name__.lower()} '{name}'. There are: {', '.join(known) or 'none'}. "
                f"Choose one of them, or add the file (folder set by {INCLUDE})."
            )
        profile = read(path, model)
        if getattr(profile, "name", name) != name:
            raise ProfileError(f"{path}: name: must equal the file's name, '{name}'")
        return profile

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
        path = self.folder / FOLDERS[Suite] / f"{suite.name}.yaml"
        return f"{path}:{line_of(path.read_text(), location)}"

    def script(self, name: str) -> str:
        """Text of a file below include/sql. Raises ProfileError when there is none, or when it holds a secret."""
        path = self.folder / "sql" / name
        try:
            text = path.read_text()
        except OSError as error:
            raise ProfileError(f"{path}: cannot be read: {error.strerror}; a pipeline names it") from error
        if found := found_in_sql(text):
            lines = [f"{path}:{text.count(chr(10), 0, one.start) + 1}: '{one.name}': {TOLD}" for one in found]
            raise ProfileError("\n".join(lines))
        return text
