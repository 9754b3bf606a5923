"""Java class paths: the runtime dependencies that a pom.xml names, copied into one folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.artifacts.cache import cached, key_of
from lab.commands import run
from lab.paths import LAB

if TYPE_CHECKING:
    from pathlib import Path


def jars(project: str) -> Path:
    """Folder with all jars of `lab/maven/<project>/pom.xml`."""
    pom = LAB / "maven" / project / "pom.xml"

    def copy_to(folder: Path) -> None:
        goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
        run(["mvn", "--batch-mode", "--quiet", "-f", pom, *goal])

    return cached(f"jars-{project}", key_of(pom), copy_to)
