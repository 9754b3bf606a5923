"""A layer of Python packages: pinned and hashed by requirements.lock, for the Python of the base image."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from lab.artifacts.cache import cached, key_of
from lab.commands import LabError, run
from lab.images.archive import write_layer
from lab.paths import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

SITE_PACKAGES = "usr/local/lib/python3.11/dist-packages"
PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64", "any")
ENTRY = re.compile(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==", re.MULTILINE)


def python_layer(*packages: str) -> Path:
    """Layer tar with `packages` and all that they need, at the versions and hashes of requirements.lock."""
    pinned = pinned_requirements((CHECKOUT / "requirements.lock").read_text(), packages)

    def install(folder: Path) -> None:
        (folder / "requirements.txt").write_text(pinned)
        platforms = [option for name in PLATFORMS for option in ("--platform", name)]
        python: list[str | Path] = ["--python-version", "3.11", "--only-binary", ":all:", *platforms]
        target: list[str | Path] = ["--target", folder / "root" / SITE_PACKAGES]
        what: list[str | Path] = [
            "--no-deps",
            "--no-compile",
            "--require-hashes",
            "--requirement",
            folder / "requirements.txt",
        ]
        run([sys.executable, "-m", "pip", "install", "--quiet", *python, *target, *what])
        write_layer(folder / "layer.tar", folder / "root")

    return cached(f"python-{packages[0]}", key_of(pinned), install) / "layer.tar"


def pinned_requirements(lock: str, packages: tuple[str, ...]) -> str:
    """The part of a pip-compile lock that `packages` need, found by its `# via` remarks."""
    entries = _entries(lock)
    missing = [name for name in packages if name not in entries]
    if missing:
        raise LabError(f"requirements.lock does not pin {', '.join(missing)}: run pip-compile as docs/develop.md says.")
    wanted: set[str] = set()
    found = set(packages)
    while found:
        wanted |= found
        found = {name for name, text in entries.items() if wanted & _needed_by(text)} - wanted
    return "\n".join(entries[name] for name in sorted(wanted)) + "\n"


def _entries(lock: str) -> dict[str, str]:
    starts = list(ENTRY.finditer(lock))
    ends = [match.start() for match in starts[1:]] + [len(lock)]
    return {match[1]: lock[match.start() : end].rstrip() for match, end in zip(starts, ends, strict=True)}


def _needed_by(entry: str) -> set[str]:
    remarks = entry.partition("# via")[2]
    return set(re.findall(r"(?m)^(?:    #)?\s+([a-z0-9._-]+)(?:\[[^\]]*\])?$", remarks))


if __name__ == "__main__":
    sys.stdout.write(pinned_requirements((CHECKOUT / "requirements.lock").read_text(), tuple(sys.argv[1:])))
