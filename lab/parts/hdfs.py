"""HDFS: one NameNode and one DataNode on the machine, for checkpoints, savepoints and high availability."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from lab.addresses import HDFS, HOST
from lab.artifacts import maven
from lab.commands import run
from lab.files import write_if_changed
from lab.java import java
from lab.parts.part import Part
from lab.paths import STATE
from lab.supervisor import Program

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = STATE / "hdfs"
CONFIG = FOLDER / "config"
NAMES = FOLDER / "name"
JMX = "http://127.0.0.1:9870/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState"
_OPTIONS = ["-Xmx200m", "--add-opens=java.base/java.lang=ALL-UNNAMED"]
"""Opened: WebHDFS makes classes as Java 8 let it."""

_TIMEOUT_SECONDS = 3.0
_PACKAGE = "org.apache.hadoop.hdfs.server"

CORE_SITE = {"fs.defaultFS": HDFS}
HDFS_SITE = {
    "dfs.namenode.name.dir": str(NAMES),
    "dfs.datanode.data.dir": str(FOLDER / "data"),
    "dfs.replication": "1",
    "dfs.permissions.enabled": "false",
    "dfs.namenode.http-address": "127.0.0.1:9870",
    "dfs.namenode.safemode.extension": "0",
    "dfs.datanode.address": f"{HOST}:9866",
    "dfs.datanode.http.address": f"{HOST}:9864",
    "dfs.datanode.ipc.address": f"{HOST}:9867",
    "dfs.datanode.hostname": HOST,
    "dfs.namenode.datanode.registration.ip-hostname-check": "false",
    "dfs.datanode.du.reserved": "0",
}
LOGGING = """log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d{ISO8601} %p %c{1}: %m%n
"""


def _prepare() -> None:
    write_if_changed(CONFIG / "core-site.xml", site(CORE_SITE))
    write_if_changed(CONFIG / "hdfs-site.xml", site(HDFS_SITE))
    write_if_changed(CONFIG / "log4j.properties", LOGGING)
    for web in ("hdfs", "datanode"):
        write_if_changed(CONFIG / "webapps" / web / "WEB-INF" / "web.xml", "<web-app/>\n")
    if not (NAMES / "current" / "VERSION").exists():
        run(_java("namenode.NameNode", "-format", "-force", "-nonInteractive"))


def site(values: dict[str, str]) -> str:
    """A Hadoop configuration file."""
    lines = [
        f"<property><name>{name}</name><value>{escape(value)}</value></property>" for name, value in values.items()
    ]
    return "\n".join(["<configuration>", *lines, "</configuration>"]) + "\n"


def _java(main: str, *arguments: str) -> list[str]:
    class_path: list[str | Path] = [CONFIG, f"{maven.jars('hdfs')}/*"]
    return [str(word) for word in java(f"{_PACKAGE}.{main}", *arguments, class_path=class_path, options=_OPTIONS)]


def _programs() -> list[Program]:
    names = Program("hdfs-namenode", _java("namenode.NameNode"), directory=FOLDER)
    return [names, Program("hdfs-datanode", _java("datanode.DataNode"), directory=FOLDER)]


def _health() -> str:
    try:
        state = _namenode()
    except (OSError, ValueError, LookupError) as error:
        return f"NameNode does not answer: {getattr(error, 'reason', error)}"
    if state["FSState"] != "Operational":
        return f"NameNode is in state {state['FSState']}"
    return "" if state["NumLiveDataNodes"] == 1 else f"{state['NumLiveDataNodes']} live DataNodes"


def _namenode() -> dict[str, Any]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(JMX, timeout=_TIMEOUT_SECONDS) as answer:
        state: dict[str, Any] = json.load(answer)["beans"][0]
    return state


PART = Part("hdfs", health=_health, prepare=_prepare, programs=_programs)
