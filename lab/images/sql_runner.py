"""The SQL runner's jar, compiled from java/sql-runner against Flink's own jars."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from lab.artifacts.cache import cached, key_of
from lab.commands import run
from lab.images import flink
from lab.paths import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = CHECKOUT / "java" / "sql-runner"
MANIFEST = "Manifest-Version: 1.0\nMain-Class: SqlRunner\n\n"
JAVA_LEVEL = "11"
"""Class file level: what Flink 1.20's images run at least."""


def jar() -> Path:
    """sql-runner.jar with the entry class SqlRunner."""
    distribution = flink.distribution()

    def compile_to(folder: Path) -> None:
        sources = sorted(SOURCES.glob("*.java"))
        lint = ["-Xlint:all", "-Werror", "-proc:none", "--release", JAVA_LEVEL]
        run(["javac", *lint, "-cp", f"{distribution}/lib/*", "-d", folder / "classes", *sources])
        _pack(folder / "classes", folder / "sql-runner.jar")

    return cached("sql-runner", key_of(SOURCES, str(distribution)), compile_to) / "sql-runner.jar"


def _pack(classes: Path, target: Path) -> None:
    """A jar is a zip with a manifest first; ZipInfo's own date keeps it the same for the same sources."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("META-INF/MANIFEST.MF"), MANIFEST)
        for file in sorted(classes.rglob("*.class")):
            archive.writestr(zipfile.ZipInfo(str(file.relative_to(classes))), file.read_bytes())
