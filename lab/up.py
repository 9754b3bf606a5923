"""Bringing the lab up: everything that is missing is built, everything that does not run is started."""

from __future__ import annotations

from lab import environment, leftovers, supervisor
from lab.artifacts import debian, go, maven
from lab.commands import LabError
from lab.images import build_all
from lab.lock import alone
from lab.parts import airflow, control_plane, dns, hdfs, images, kafka, network, nodes, postgres, workloads
from lab.parts.registry import PARTS
from lab.paths import ENVIRONMENT_FILE
from lab.progress import Progress, Step, run_steps


def up() -> None:
    """Bring the lab up and wait until every part works. Idempotent. Raises LabError."""
    progress = Progress()
    with alone():
        run_steps(steps(progress), progress)
    progress.say(f"the lab is up: . {ENVIRONMENT_FILE}")


def steps(progress: Progress) -> list[Step]:
    """All steps and what each of them waits for."""
    return [
        Step("Debian packages", debian.install),
        *_builds(progress),
        Step("leftovers", _clean_after_a_crash, ("Debian packages",)),
        Step("supervisor", supervisor.start, ("leftovers",)),
        Step("network", network.PART.start, ("leftovers",)),
        *_cluster(),
        Step("kafka", kafka.PART.start, ("supervisor", "network", "build Kafka")),
        Step("hdfs", hdfs.PART.start, ("supervisor", "network", "build HDFS")),
        Step("postgres", postgres.PART.start, ("supervisor",)),
        Step("airflow", airflow.PART.start, ("postgres", "API server")),
        Step("environment file", environment.write, ("workloads", "airflow")),
    ]


def _builds(progress: Progress) -> list[Step]:
    return [
        Step("build Kubernetes", go.kubernetes),
        Step("build etcd", go.etcd),
        Step("build system images", images.system_images),
        Step("build Kafka", lambda: maven.jars("kafka")),
        Step("build HDFS", lambda: maven.jars("hdfs")),
        Step("build images", lambda: build_all(progress.say), ("Debian packages",)),
    ]


def _cluster() -> list[Step]:
    built = ("supervisor", "network", "build Kubernetes", "build etcd")
    return [
        Step("API server", control_plane.PART.start, built),
        Step("node programs", nodes.PART.launch, ("API server",)),
        Step("nodes", nodes.PART.wait, ("node programs",)),
        Step("system images", images.PART.start, ("node programs", "build system images")),
        Step("dns", dns.PART.start, ("API server", "system images")),
        Step("images", lambda: images.load(build_all(_quiet)), ("system images", "build images")),
        Step("workload objects", workloads.apply, ("API server", "build images")),
        Step("workloads", workloads.wait, ("workload objects", "images", "dns", "nodes")),
    ]


def _quiet(_line: str) -> None:
    """The images have been reported already."""


def _clean_after_a_crash() -> None:
    """Without supervisord nothing of a lab may be left: stale namespaces shadow the new pods' addresses."""
    if not supervisor.alive():
        leftovers.remove()


def restart(name: str) -> None:
    """End the part's programs, start them again and wait until they work. Raises LabError."""
    part = next((part for part in PARTS if part.name == name and part.programs()), None)
    if part is None:
        known = ", ".join(part.name for part in PARTS if part.programs())
        raise LabError(f"no part {name!r} with programs: there are {known}.")
    supervisor.restart(name)
    part.wait()
