"""Image of the Flink Kubernetes Operator, and its custom resource definitions."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from lab.artifacts.cache import cached, key_of
from lab.artifacts.maven import jars
from lab.images import parts, rootfs
from lab.versions import VERSIONS

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = f"localhost/flink-operator:{VERSIONS['flink_operator']}"
MAIN = "org.apache.flink.kubernetes.operator.FlinkOperator"
LIBRARIES = "/opt/flink-operator/lib"
# The standalone module replaces classes of flink-kubernetes, so it has to come first.
CLASS_PATH = f"{LIBRARIES}/flink-kubernetes-standalone-{VERSIONS['flink_operator']}.jar:{LIBRARIES}/*"
LOG_CONFIGURATION = "-Dlog4j.configurationFile=file:/opt/flink/conf/log4j-operator.properties"


def build() -> Path:
    """The image's docker-archive."""
    config = {
        "User": rootfs.FLINK_USER,
        "Entrypoint": ["java", "-Xmx320m", "-XX:+UseSerialGC", LOG_CONFIGURATION, "-cp", CLASS_PATH, MAIN],
        "Env": [
            parts.PATH,
            "FLINK_HOME=/opt/flink",
            "FLINK_CONF_DIR=/opt/flink/conf",
            "FLINK_PLUGINS_DIR=/opt/flink/plugins",
            "OPERATOR_NAME=flink-kubernetes-operator",
        ],
    }
    return parts.image(REFERENCE, config, [rootfs.java(), _libraries()])


def custom_resource_definitions() -> list[str]:
    """YAML texts of FlinkDeployment and FlinkSessionJob, as the operator's API jar carries them."""
    api = next(jars("flink-operator").glob("flink-kubernetes-operator-api-*.jar"))
    with zipfile.ZipFile(api) as archive:
        names = [
            name for name in archive.namelist() if name.startswith("META-INF/fabric8/") and name.endswith("-v1.yml")
        ]
        return [archive.read(name).decode() for name in sorted(names)]


def _libraries() -> Path:
    source = jars("flink-operator")

    def lay(folder: Path) -> None:
        parts.copy_all(source.glob("*.jar"), folder / LIBRARIES.lstrip("/"))
        for name in ("conf", "plugins"):
            (folder / "opt" / "flink" / name).mkdir(parents=True)

    return cached("layer-flink-operator", key_of(str(source), "1"), lay)
