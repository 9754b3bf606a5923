"""The Flink operator, and one cluster of Flink for each FlinkDeployment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.resources import CONFIG_MAPS, FLINK_DEPLOYMENTS
from flink_chaos.model.plan import COPY_LABEL

from tests.simulation.pods import NAMESPACE
from tests.simulation.rest import service
from tests.simulation.status import status_of, tell_refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.job import Job, Snapshot
    from tests.simulation.kubernetes import KubernetesWorld
    from tests.simulation.loader import LoaderJob
    from tests.simulation.pods import PodsWorld
    from tests.simulation.world import World

REACTION, REST_SECONDS, RESTART_SECONDS, NOTICE_SECONDS, SAVEPOINT_SECONDS, REMOVAL_SECONDS = (
    1.0,
    1.5,
    1.0,
    1.5,
    1.5,
    2.0,
)
OBSERVE_SECONDS, AGAIN_SECONDS = 3.0, 60.0
FINALIZER = "flinkdeployments.flink.apache.org/finalizer"
LABELS = {"type": "flink-native-kubernetes"}


@dataclass
class FlinkCluster:
    """One FlinkDeployment with its JobManager, its TaskManagers and its job."""

    world: World
    kubernetes: KubernetesWorld
    pods: PodsWorld
    name: str
    make: Callable[[], Job | LoaderJob]
    high_availability: bool = True
    spare: bool = False
    """Whether a TaskManager stands by that runs no task."""
    job: Any = None
    jm: str = ""
    jm_since: float | None = None
    tms: dict[str, str] = field(default_factory=dict)
    """uid -> name."""
    working: str = ""
    """The TaskManager whose slots the tasks are in."""
    attempt: int = 0
    jm_number: int = 0
    deployed: bool = False
    generation: int = 0
    lost_since: float | None = None
    resume_from: Snapshot | None = None
    first: bool = True
    waits_until: float = 0.0
    savepoint: str = ""
    suspending: float | None = None
    removing: float | None = None
    observed: float = -10.0
    error: str = ""
    lifecycle: str = "CREATED"
    trouble: Any = None
    """The operator, which knows what it does wrong."""
    born: float = -1.0
    gave_up: float = -1.0
    asked: int = 0

    @property
    def resource(self) -> dict[str, Any] | None:
        """The FlinkDeployment as it is kept."""
        return self.kubernetes.look(FLINK_DEPLOYMENTS, NAMESPACE, self.name)

    @property
    def reachable(self) -> bool:
        """Whether its JobManager answers."""
        return self.jm_since is not None and self.world.now - self.jm_since >= REST_SECONDS

    def step(self) -> bool:
        """Work for a tick; whether it still exists."""
        found = self.resource
        if found is None:
            self._take_down()
            return False
        if found["metadata"].get("deletionTimestamp"):
            return self._remove(found)
        found["metadata"].setdefault("finalizers", [FINALIZER])
        self._reconcile(found)
        if self.deployed:
            self._keep_jobmanager(found)
            self._keep_taskmanagers(found)
            self._run()
        self._publish()
        self._observe(found)
        return True

    def _reconcile(self, found: dict[str, Any]) -> None:
        wanted = found["spec"]["job"]["state"]
        if self.suspending is not None:
            self._suspend(found)
        elif found["metadata"]["generation"] != self.generation and self.world.now >= self.waits_until:
            if self.waits_until == 0.0 or self.waits_until < 0:
                self.waits_until = self.world.now + REACTION
                return
            self.waits_until = 0.0
            if wanted == "running" and not self.deployed:
                self._deploy(found)
            elif wanted == "suspended" and self.deployed:
                self.suspending = self.world.now + SAVEPOINT_SECONDS
                self.lifecycle = "UPGRADING"
            else:
                self.generation = found["metadata"]["generation"]

    def _deploy(self, found: dict[str, Any]) -> None:
        """What an earlier cluster of this name left is taken away first: its JobManager stays after a savepoint."""
        self.generation = found["metadata"]["generation"]
        self._drop_pods()
        self.jm, self.jm_since = "", None
        self.deployed, self.lifecycle = True, "DEPLOYED"
        self.job = self.make() if self.job is None or self.job.state != "SUSPENDED" else self.job
        self.job.state = "INITIALIZING"
        if self.high_availability:
            self._high_availability_maps()

    def _suspend(self, found: dict[str, Any]) -> None:
        """By the upgrade mode that the spec names now."""
        mode = found["spec"]["job"].get("upgradeMode", "stateless")
        if self.world.now < (self.suspending or 0.0):
            return
        if mode == "savepoint":
            if not self._stop_with_savepoint():
                return
        else:
            self.resume_from = self.job.newest if mode == "last-state" else None
            self.first = mode != "last-state"
            self.savepoint = ""
            self.job.cancel()
            if mode == "last-state":
                self.job.state = "SUSPENDED"
            self._drop_pods()
        self.world.tell(f"{self.name}: suspended ({mode})")
        for hook in self.trouble.on_suspended:
            hook(self.name)
        self.suspending, self.deployed, self.lifecycle = None, False, "SUSPENDED"
        self.generation = found["metadata"]["generation"]
        self._drop_taskmanagers()
        if mode != "savepoint":
            self.jm, self.jm_since = "", None

    def _stop_with_savepoint(self) -> bool:
        """Only of a job that runs. One that the operator gave up it tries again a minute later, or when it is asked again."""
        if self.gave_up < 0 and self.trouble.gives_up_savepoint:
            self.gave_up, self.error = self.world.now, "Checkpoint expired before completing"
            self.asked = self.resource["metadata"]["generation"]
            self.world.tell(f"{self.name}: the operator gives up its savepoint")
        if (
            self.gave_up >= 0
            and self.world.now - self.gave_up < AGAIN_SECONDS
            and self.resource["metadata"]["generation"] == self.asked
        ):
            return False
        self.error = ""
        snapshot = self.job.savepoint() if self.job is not None and self.reachable else None
        if snapshot is None:
            return False
        self.savepoint, self.resume_from, self.first = snapshot.path, snapshot, False
        return True

    def _keep_jobmanager(self, found: dict[str, Any]) -> None:
        pod = self.pods.by_uid(self.jm) if self.jm else {}
        if not pod:
            if self.jm and self.job is not None:
                self.world.tell(f"{self.name}: JobManager is gone")
                self._without_jobmanager()
            self.jm_number += 1
            name = f"{self.name}-{self.jm_number:02d}-jm"
            self.jm, self.jm_since = self._pod(found, name, "jobmanager", "jobManager"), None
        elif self.pods.alive(self.jm):
            self.jm_since = self.world.now if self.jm_since is None else self.jm_since
        else:
            self.jm_since = None

    def _without_jobmanager(self) -> None:
        if self.job.state in ("FINISHED", "FAILED", "CANCELED"):
            return
        self.job.fail("JobManager is gone")
        self.job.lose_jobmanager()
        self.lost_since = self.world.now - RESTART_SECONDS
        if not self.high_availability:
            kept = self.job
            self.job = self.make()
            self.job.restarts, self.first = 0, True
            kept.state = "CANCELED"
        self.job.state = "INITIALIZING"

    def _keep_taskmanagers(self, found: dict[str, Any]) -> None:
        for uid in [uid for uid in self.tms if not self.pods.by_uid(uid)]:
            del self.tms[uid]
        needed = 2 if self.spare else 1
        if self.reachable and self.job.state not in ("FINISHED", "FAILED", "CANCELED"):
            while len(self.tms) < needed:
                self.attempt += 1
                name = f"{self.name}-taskmanager-{self.attempt}-1"
                uid = self._pod(found, name, "taskmanager", "taskManager")
                if not uid:
                    break
                self.tms[uid] = name

    def _run(self) -> None:
        """Start what can run, notice what is lost."""
        if self.job.state == "RUNNING":
            if not self.pods.alive(self.working):
                self.lost_since = self.world.now if self.lost_since is None else self.lost_since
                if self.world.now - self.lost_since >= NOTICE_SECONDS:
                    self.job.fail("TaskManager is gone")
                    self.lost_since = self.world.now
                return
            self.lost_since = None
            self.job.step()
        elif self.job.state in ("INITIALIZING", "RESTARTING"):
            self._start_job()
        if self.job.state in ("FINISHED", "FAILED", "CANCELED"):
            self._drop_taskmanagers()

    def _start_job(self) -> None:
        ready = [uid for uid in self.tms if self.pods.alive(uid)]
        waited = self.lost_since is None or self.world.now - self.lost_since >= RESTART_SECONDS
        if not (self.reachable and ready and waited and self.job.connected):
            return
        if not self.first and self.job.settings.behaviour.gives_up:
            self.job.state = "FAILED"
            self.world.tell(f"{self.name}: gives up")
            return
        self.working, self.lost_since = ready[0], None
        snapshot = self.job.newest or self.resume_from
        self.job.start(None if self.first and self.job.newest is None else snapshot)
        self.first = False
        self.world.tell(
            f"{self.name}: job runs, from {self.job.restored.path if self.job.restored else 'its group offsets'}"
        )

    def _pod(self, found: dict[str, Any], name: str, component: str, key: str) -> str:
        spec = found["spec"][key]
        template, resource = spec["podTemplate"], spec["resource"]
        labels = {**template["metadata"]["labels"], **LABELS, "app": self.name, "component": component}
        extra = {"affinity": template["spec"]["affinity"]} if "spec" in template else {}
        if self.pods.refused:
            tell_refusal(self, name, component)
        return self.pods.create(
            name, labels, (float(resource["cpu"]), int(str(resource["memory"]).rstrip("mM"))), extra
        )

    def _drop_taskmanagers(self) -> None:
        for uid in list(self.tms):
            self._drop_pod(uid)
        self.tms.clear()

    def _drop_pods(self) -> None:
        self._drop_taskmanagers()
        if self.jm:
            self._drop_pod(self.jm)

    def _drop_pod(self, uid: str) -> None:
        pod = self.pods.by_uid(uid)
        if pod:
            self.kubernetes.api.objects.pop(("api/v1", "pods", NAMESPACE, pod["metadata"]["name"]), None)

    def _high_availability_maps(self) -> None:
        labels = {"app": self.name, "configmap-type": "high-availability", **LABELS}
        metadata = {"name": f"{self.name}-cluster-config-map", "namespace": NAMESPACE, "labels": labels}
        self.kubernetes.put(CONFIG_MAPS, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {}})

    def _remove(self, found: dict[str, Any]) -> bool:
        self.removing = self.world.now if self.removing is None else self.removing
        if self.world.now - self.removing < REMOVAL_SECONDS:
            return True
        self._take_down()
        self.kubernetes.drop(FLINK_DEPLOYMENTS, NAMESPACE, found["metadata"]["name"])
        return False

    def _take_down(self) -> None:
        if self.job is not None and self.job.state == "RUNNING":
            self.job.cancel()
        self._drop_pods()
        self.kubernetes.services.pop(f"{self.name}-rest:8081", None)
        if not self.trouble.leaves:
            self.kubernetes.drop(CONFIG_MAPS, NAMESPACE, f"{self.name}-cluster-config-map")

    def _publish(self) -> None:
        key = f"{self.name}-rest:8081"
        if self.reachable and self.pods.alive(self.jm) and self.pods.ready(self.pods.by_uid(self.jm)):
            self.kubernetes.services.setdefault(key, service(lambda: self.job, self._configuration, self._taskmanagers))
        else:
            self.kubernetes.services.pop(key, None)

    def _taskmanagers(self) -> dict[str, bool]:
        """Name -> whether it runs tasks. One whose pod is gone the JobManager knows until it misses its heartbeats."""
        running = self.job is not None and self.job.state == "RUNNING"
        known = {name: False for uid, name in self.tms.items() if self.pods.alive(uid)}
        return known | ({self.pods.names[self.working]: True} if running else {})

    def _configuration(self) -> dict[str, str]:
        return dict((self.resource or {"spec": {"flinkConfiguration": {}}})["spec"]["flinkConfiguration"])

    def _observe(self, found: dict[str, Any]) -> None:
        """Write the status, some seconds late."""
        if self.world.now - self.observed < OBSERVE_SECONDS and found.get("status"):
            return
        self.observed = self.world.now
        if self.job is not None and self.job.state == "RUNNING" and self.lifecycle == "DEPLOYED":
            self.lifecycle = "STABLE"
        found["status"] = status_of(self, found)


@dataclass
class OperatorWorld:
    """Watches FlinkDeployments. `make` makes the job of one by its copy label."""

    world: World
    kubernetes: KubernetesWorld
    pods: PodsWorld
    make: Callable[[str, dict[str, Any]], Callable[[], Any]]
    spare: bool = False
    gives_up_savepoint: bool = False
    """Whether the first stop with a savepoint fails."""
    failed_first: bool = False
    """Whether a deployment is told as failed before it is there."""
    leaves: bool = False
    """Whether something is left of what it deletes."""
    on_suspended: list[Callable[[str], None]] = field(default_factory=list)
    """Called with the name of each deployment whose job was stopped because its spec says so."""
    clusters: dict[str, FlinkCluster] = field(default_factory=dict)
    down_until: float = -1.0
    seen: int = 0

    def __post_init__(self) -> None:
        """Work all the time."""
        self.world.steps.append(self.step)

    def cluster_of(self, copy: str) -> FlinkCluster | None:
        """The newest cluster of a copy."""
        return next((one for one in self.clusters.values() if one.name.startswith(f"{copy}-")), None)

    def step(self) -> None:
        """One tick of every cluster."""
        for found in self.kubernetes.all(FLINK_DEPLOYMENTS):
            name = found["metadata"]["name"]
            if name not in self.clusters:
                self.seen += 1
                copy = found["metadata"]["labels"].get(COPY_LABEL, "")
                spare = self.spare and copy == "chaos"
                loads = copy == "loader"
                self.clusters[name] = FlinkCluster(
                    self.world,
                    self.kubernetes,
                    self.pods,
                    name,
                    self.make(copy, found),
                    high_availability=not loads,
                    spare=spare,
                )
                self.clusters[name].trouble = self
        for name in [name for name, one in self.clusters.items() if not one.step()]:
            del self.clusters[name]
