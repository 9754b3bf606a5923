"""Bringing the lab up: everything that is missing is built, everything that does not run is started."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lab import doctor, environment, leftovers, supervisor
from lab.artifacts import debian, go, maven
from lab.commands import LabError
from lab.images import build_all
from lab.parts import airflow, control_plane, dns, hdfs, images, kafka, network, nodes, postgres, workloads
from lab.paths import STATE
from lab.progress import Progress, Step, run_steps

if TYPE_CHECKING:
    from collections.abc import Iterator


def up() -> None:
    """Bring the lab up and wait until every part works. Idempotent. Raises LabError."""
    doctor.require()
    progress = Progress()
    with _alone():
        run_steps(steps(progress), progress)
    progress.say(f"the lab is up: . {environment.FILE}")


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
        Step("workloads", workloads.wait, ("workload objects", "images", "dns")),
    ]


def _quiet(_line: str) -> None:
    """The images have been reported already."""


def _clean_after_a_crash() -> None:
    """Without supervisord nothing of a lab may be left: stale namespaces shadow the new pods' addresses."""
    if not supervisor.alive():
        leftovers.remove()


@contextmanager
def _alone() -> Iterator[None]:
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LabError(f"{STATE}: another `lab up` or `lab down` is at work; wait for it.") from error
        yield
