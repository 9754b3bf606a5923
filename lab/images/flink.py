"""Image of Flink with Kafka connector, SQL Gateway, Hadoop client and the SQL runner; laid out as the official image."""

from __future__ import annotations

import sys
import tarfile
from typing import TYPE_CHECKING

from lab.artifacts.cache import cached, key_of
from lab.artifacts.maven import jars
from lab.commands import run
from lab.images import parts, rootfs, sql_runner
from lab.paths import LAB
from lab.versions import VERSIONS

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = f"localhost/flink:{VERSIONS['flink']}"
FILES = LAB / "images" / "flink_files"
HADOOP = ("hadoop-client-api-*.jar", "hadoop-client-runtime-*.jar", "commons-logging-*.jar")
GATEWAY = ("flink-sql-gateway-*.jar",)
UNUSED_PLUGINS = ("external-resource-gpu", "metrics-datadog", "metrics-graphite", "metrics-influx", "metrics-statsd")


def build() -> Path:
    """The image's docker-archive."""
    config = {
        "User": rootfs.FLINK_USER,
        "WorkingDir": "/opt/flink",
        "Entrypoint": ["/docker-entrypoint.sh"],
        "Env": [parts.PATH, "FLINK_HOME=/opt/flink", "LANG=C.UTF-8"],
    }
    return parts.image(REFERENCE, config, [rootfs.java(), _distribution(), _own_files()])


def distribution() -> Path:
    """Flink's own `deps` folder (lib, opt, plugins, bin) from the source distribution on PyPI."""
    requirements = FILES / "requirements.txt"

    def fetch(folder: Path) -> None:
        # The setup script only checks its surroundings, so asking for metadata does not start a build.
        options: list[str | Path] = [
            "--quiet",
            "--no-deps",
            "--no-binary",
            ":all:",
            "--require-hashes",
            "--dest",
            folder,
        ]
        run([sys.executable, "-m", "pip", "download", *options, "--requirement", requirements])
        source = next(folder.glob("*.tar.gz"))
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        source.unlink()
        next(folder.glob("*/deps")).rename(folder / "deps")

    return cached("flink-distribution", key_of(requirements), fetch) / "deps"


def _distribution() -> Path:
    """Layer with everything that comes from outside: it changes only with versions."""
    source, more = distribution(), jars("flink")

    def lay(folder: Path) -> None:
        home = folder / "opt" / "flink"
        gateway = [jar for pattern in GATEWAY for jar in more.glob(pattern)]
        hadoop = [jar for pattern in HADOOP for jar in more.glob(pattern)]
        connectors = set(more.glob("*.jar")) - set(gateway) - set(hadoop)
        parts.copy_all([*(source / "lib").glob("*.jar"), *sorted(connectors)], home / "lib")
        parts.copy_all([*gateway, *(source / "opt").glob("flink-python-*.jar")], home / "opt")
        parts.copy_all(hadoop, folder / "opt" / "hadoop")
        for plugin in _plugins(source):
            parts.copy_all(plugin.iterdir(), home / "plugins" / plugin.name)
        parts.copy_all((source / "bin").glob("*.jar"), home / "bin")

    return cached("layer-flink", key_of(str(source), str(more), "1"), lay)


def _plugins(source: Path) -> list[Path]:
    folders = [entry for entry in (source / "plugins").iterdir() if entry.is_dir()]
    return sorted(folder for folder in folders if folder.name not in UNUSED_PLUGINS)


def _own_files() -> Path:
    scripts, runner = FILES / "bin", sql_runner.jar()

    def lay(folder: Path) -> None:
        home = folder / "opt" / "flink"
        parts.copy_all([script for script in scripts.iterdir() if script.name != "docker-entrypoint.sh"], home / "bin")
        parts.copy_all([runner], home / "usrlib")
        (home / "conf").mkdir()
        parts.copy_all([scripts / "docker-entrypoint.sh"], folder)

    return cached("layer-flink-files", key_of(scripts, str(runner)), lay)
