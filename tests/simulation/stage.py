"""A whole simulated world, and the package's clients put into it."""

from __future__ import annotations

import random
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from flink_chaos import clock
from flink_chaos.cluster.objects import Cluster
from flink_chaos.cluster.resources import CHAOS_EXPERIMENTS, CUSTOM_RESOURCE_DEFINITIONS
from flink_chaos.kafka.admin import Kafka
from flink_chaos.model.base import Guarantee
from flink_chaos.steps import judging
from flink_chaos.steps.run import Run
from upath import UPath

from tests.simulation.applications import EARLIER
from tests.simulation.attempt import MemoryAttempt
from tests.simulation.engine import Room
from tests.simulation.gateway import GatewayWorld
from tests.simulation.job import Job, Settings
from tests.simulation.kafka import KafkaWorld
from tests.simulation.kafka_clients import FakeAdmin, FakeConsumer, FakeTransactionsAdmin
from tests.simulation.kubernetes import FakeApiClient, KubernetesWorld
from tests.simulation.litmus import LitmusWorld
from tests.simulation.loader import LoaderJob
from tests.simulation.operator import OperatorWorld
from tests.simulation.pods import NAMESPACE, PodsWorld
from tests.simulation.truth import OLDER
from tests.simulation.world import World, WorldClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flink_chaos.model.plan import RunPlan

    from tests.simulation.applications import Behaviour

DEFINITIONS = ("flinkdeployments.flink.apache.org", "chaosengines.litmuschaos.io", "chaosresults.litmuschaos.io")
EXPERIMENTS = ("pod-delete", "node-drain", "pod-network-latency")


@dataclass
class Stage:
    """Everything that there is in a world."""

    plan: RunPlan
    behaviour: Behaviour
    world: World
    kafka: KafkaWorld
    kubernetes: KubernetesWorld
    pods: PodsWorld
    gateway: GatewayWorld
    litmus: LitmusWorld
    attempt: MemoryAttempt
    operator: OperatorWorld = field(init=False)
    skew: float = 0.0
    commits_stay_behind: bool = False
    compacted: bool = False
    loader_transactions: bool = False
    inner_kafka: KafkaWorld | None = None
    """The Kafka that pods reach, if it is another one."""
    shared_storage: bool = False
    weaker_mode: bool = False
    rerun: str = ""
    """A task of the graph that somebody runs once more."""
    outside: list[str] = field(default_factory=list)
    """What others did to a copy."""
    undone: bool | None = None
    """Whether somebody else left nothing of the run; None: nobody else took it away."""
    troubles_begun: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """The operator makes jobs of this stage."""
        self.operator = OperatorWorld(self.world, self.kubernetes, self.pods, self.make)

    def make(self, copy: str, found: dict[str, Any]) -> Callable[[], Any]:
        """What makes the job of a FlinkDeployment."""
        plan = self.plan
        if copy == "loader":
            topics, request = plan.pipeline.topics, plan.request
            return lambda: LoaderJob(
                self.world,
                self.inner_kafka or self.kafka,
                plan.run_key,
                topics.source,
                topics.partitions,
                plan.records_to_write,
                request.records_per_second,
                transactional=self.loader_transactions,
            )
        return partial(self._job, copy)

    def _job(self, copy: str) -> Job:
        return Job(
            self.world, self.inner_kafka or self.kafka, self._settings(copy), f"{self.world.rng.getrandbits(128):032x}"
        )

    def _settings(self, copy: str) -> Settings:
        plan, own = self.plan, self.plan.copies[copy]  # type: ignore[index]
        return Settings(
            name=copy,
            source=plan.pipeline.topics.source,
            sink=own.sink,
            partitions=plan.pipeline.topics.partitions,
            group=own.group,
            prefix=own.transactional_id_prefix,
            exactly_once=plan.request.delivery_guarantee is Guarantee.EXACTLY_ONCE and not self.weaker_mode,
            transaction_seconds=float(plan.pipeline.application.transaction_timeout_seconds),
            interval=float(plan.request.checkpoint_interval_seconds),
            checkpoint_timeout=float(plan.request.checkpoint_timeout_seconds),
            behaviour=self.behaviour,
            capacity=plan.request.records_per_second * 6,
            storage=f"{plan.environment.storage}/shared" if self.shared_storage else own.storage,
            skew=self.skew,
            commits_stay_behind=self.commits_stay_behind,
        )

    def run(self) -> Run:
        """The run as a new process opens it."""
        return Run(
            plan=self.plan,
            attempt=self.attempt,
            kafka=Kafka({"bootstrap.servers": "simulated:9092"}),
            cluster=Cluster(FakeApiClient(self.kubernetes)),
        )

    @property
    def applied(self) -> bool:
        """Whether any FlinkDeployment was ever there."""
        return self.operator.seen > 0

    @property
    def job(self) -> Any:
        """The chaos copy's job."""
        found = self.operator.cluster_of("chaos")
        return found.job if found else None

    @property
    def loader(self) -> Any:
        """The loader's job."""
        found = self.operator.cluster_of("loader")
        return found.job if found else None


def build(plan: RunPlan, behaviour: Behaviour, seed: int, folder: str) -> Stage:
    """A world in which nothing is wrong."""
    world = World(random.Random(seed))
    kafka, kubernetes = KafkaWorld(world), KubernetesWorld(world)
    pods = PodsWorld(world, kubernetes)
    gateway, litmus = GatewayWorld(world, kafka), LitmusWorld(world, kubernetes, pods)
    attempt = MemoryAttempt(UPath(folder) / plan.dag_id / plan.run_key / "1", plan, world)
    stage = Stage(plan, behaviour, world, kafka, kubernetes, pods, gateway, litmus, attempt)
    _furnish(stage)
    return stage


def _furnish(stage: Stage) -> None:
    topics, kubernetes = stage.plan.pipeline.topics, stage.kubernetes
    for name in (topics.source, *(copy.sink for copy in stage.plan.copies.values())):
        stage.kafka.create(name, topics.partitions)
        for number in range(topics.partitions):
            text = '{{"run_key": "' + EARLIER + '", "n": {}, "user": 1, "v": 1, "usr": 1, "total": 1}}'
            stage.kafka.write(
                name, number, [text.format(n * topics.partitions + number).encode() for n in range(OLDER)]
            )
    for number in range(3):
        stage.pods.node(f"node{number + 1}")
    for name in DEFINITIONS:
        kubernetes.put(CUSTOM_RESOURCE_DEFINITIONS, {"metadata": {"name": name}})
    for name in EXPERIMENTS:
        kubernetes.put(CHAOS_EXPERIMENTS, {"metadata": {"name": name, "namespace": NAMESPACE}})
    gateway = stage.plan.environment.sql_gateway
    kubernetes.services[f"{gateway.name}:{gateway.port}"] = stage.gateway.answer


def _kafka_at(stage: Stage, servers: str) -> KafkaWorld:
    """By the address: the worker's, or the one that pods have."""
    inner = servers == stage.plan.environment.kafka_bootstrap_servers
    return stage.inner_kafka if inner and stage.inner_kafka is not None else stage.kafka


@contextmanager
def inside(stage: Stage) -> Iterator[None]:
    """The package's clients reach this world only, and its clock is the world's."""
    kafka = partial(_kafka_at, stage)
    with ExitStack() as stack:
        stack.enter_context(clock.using(WorldClock(stage.world)))
        stack.enter_context(
            patch(
                "flink_chaos.kafka.admin.AdminClient",
                lambda config: FakeAdmin(kafka(config["bootstrap.servers"]), config),
            )
        )
        stack.enter_context(
            patch(
                "flink_chaos.kafka.admin.Consumer",
                lambda config: FakeConsumer(kafka(config["bootstrap.servers"]), config),
            )
        )
        stack.enter_context(
            patch(
                "flink_chaos.kafka.second_client.KafkaAdminClient",
                lambda **config: FakeTransactionsAdmin(kafka(str(config["bootstrap_servers"])), **config),
            )
        )
        stack.enter_context(patch("duckdb.connect", Room))
        stack.enter_context(patch.object(judging, "draw_or_warn", lambda _attempt: None))
        yield


@contextmanager
def folder() -> Iterator[str]:
    """Where proofs are kept: in memory where the machine has such a file system."""
    name = tempfile.mkdtemp(prefix="simulation-", dir="/dev/shm" if UPath("/dev/shm").is_dir() else None)
    try:
        yield name
    finally:
        shutil.rmtree(name, ignore_errors=True)
