"""Makes the troubles of a scenario happen in a world."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.resources import CHAOS_ENGINES, NODES
from flink_chaos.steps import abandoned
from flink_chaos.steps.run import SYSTEM_ERRORS, StepError

from tests.simulation.kafka import KafkaWorld
from tests.simulation.pods import NAMESPACE
from tests.simulation.world import Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.scenario import Trouble
    from tests.simulation.stage import Stage

CHANGES = ("POST", "PATCH", "PUT", "DELETE")


def prepare(stage: Stage, troubles: tuple[Trouble, ...]) -> None:
    """Those that stand begin now, the others at their moment."""
    for one in troubles:
        if one.moment == "start":
            _now(stage, one)
        else:
            _at_fact(stage, one)


def _at_fact(stage: Stage, one: Trouble) -> None:
    done: list[str] = []

    def look(name: str) -> None:
        if name == f"store {one.moment}" and not done:
            done.append(name)
            stage.world.after(one.after, partial(_now, stage, one))

    stage.world.on_call.append(look)


STARTING_SECONDS = 2.0
"""An API server that comes back forbids everything until it has read its roles: seen on the lab."""


def _now(stage: Stage, one: Trouble) -> None:
    stage.world.tell(f"TROUBLE: {one.name}" + (f" for {one.seconds:g} s" if one.seconds else ""))
    stage.troubles_begun.append(one.name)
    status = {"api 429": 429, "api 500": 500, "api 503": 503}.get(one.name)
    if status is not None:
        _refuse(stage, one.seconds, lambda _method, _path: status)
    elif one.name == "api refused":
        _refuse(stage, one.seconds, lambda _method, _path: "refused")
        _refuse(stage, one.seconds + STARTING_SECONDS, lambda _method, path: 500 if path == "/readyz" else 403)
    else:
        TROUBLES[one.name](stage, one)


def _refuse(stage: Stage, seconds: float, answer: Callable[[str, str], int | str | None]) -> None:
    until = stage.world.now + seconds
    stage.kubernetes.refusals.append(lambda method, path: answer(method, path) if stage.world.now < until else None)


def _once(stage: Stage, answer: int | str, methods: tuple[str, ...]) -> None:
    left = [answer]

    def refuse(method: str, path: str) -> int | str | None:
        hit = left and method in methods and "/proxy" not in path and "selfsubject" not in path
        return left.pop() if hit else None

    stage.kubernetes.refusals.append(refuse)


def _kafka_down(stage: Stage, one: Trouble) -> None:
    stage.kafka.stop(one.seconds)


def _stuck(stage: Stage, one: Trouble) -> None:
    stage.kafka.stuck = True
    stage.kafka.stop(one.seconds)


def _moving(stage: Stage, one: Trouble) -> None:
    stage.kafka.busy_until = stage.world.now + one.seconds


def _gateway_down(stage: Stage, one: Trouble) -> None:
    stage.gateway.down_until = stage.world.now + one.seconds
    stage.gateway.sessions.clear()


def _node(stage: Stage, one: Trouble, taint: str, *, ready: bool) -> None:
    node = stage.world.rng.choice(stage.kubernetes.all(NODES))
    node["spec"].setdefault("taints", []).append({"key": taint, "effect": "NoSchedule"})
    _set_ready(stage, node, ready=ready)
    stage.world.after(one.seconds, partial(_node_back, stage, node))


def _node_back(stage: Stage, node: dict[str, Any]) -> None:
    stage.world.tell(f"{node['metadata']['name']} is well again")
    node["spec"].pop("taints", None)
    _set_ready(stage, node, ready=True)


def _set_ready(stage: Stage, node: dict[str, Any], *, ready: bool) -> None:
    node["status"]["conditions"] = [
        {"type": "Ready", "status": "True" if ready else "Unknown", "lastTransitionTime": stage.world.stamp()}
    ]
    for pod in stage.kubernetes.pods():
        if pod["spec"].get("nodeName") == node["metadata"]["name"] and pod["status"]["phase"] == "Running":
            for condition in pod["status"]["conditions"]:
                if condition["type"] == "Ready":
                    condition["status"] = "True" if ready else "False"


def _quota(stage: Stage, one: Trouble) -> None:
    stage.pods.refused = "exceeded quota: pods=12"
    stage.world.after(one.seconds, lambda: setattr(stage.pods, "refused", ""))


def _cut(stage: Stage, one: Trouble) -> None:
    job = stage.job
    if job is not None:
        job.cut_until = stage.world.now + one.seconds
        stage.outside.append("chaos cut off")
        stage.world.after(one.seconds - 1, lambda: job.fail("Kafka: timed out") if job.running else None)


def _kill(copy: str, component: str) -> Callable[[Stage, Trouble], None]:
    def act(stage: Stage, _one: Trouble) -> None:
        cluster = stage.operator.cluster_of(copy)
        uid = (cluster.jm if component == "jobmanager" else cluster.working) if cluster else ""
        pod = stage.pods.by_uid(uid) if uid else {}
        if pod:
            stage.outside.append(f"{copy} killed")
            stage.pods.kill(pod, "somebody else")

    return act


def _control_gives_up(stage: Stage, _one: Trouble) -> None:
    cluster = stage.operator.cluster_of("stable")
    if cluster and cluster.job and cluster.job.state == "RUNNING":
        stage.world.tell("the control gives up")
        cluster.job.state = "FAILED"


def _delete_engine(stage: Stage, _one: Trouble) -> None:
    stage.kubernetes.drop(CHAOS_ENGINES, NAMESPACE, stage.plan.engine)


def _trim(stage: Stage, _one: Trouble) -> None:
    """Retention takes away records of this run."""
    log = stage.kafka.topics[stage.plan.copies["chaos"].sink]  # type: ignore[index]
    for number in range(len(log.partitions)):
        log.starts[number] = min(log.end(number), log.starts.get(number, 0) + 30)


def _add_partition(stage: Stage, _one: Trouble) -> None:
    stage.kafka.topics[stage.plan.pipeline.topics.source].partitions.append([])


def _kill_process(stage: Stage, one: Trouble) -> None:
    """Nothing more of the process is executed, from one of its next calls on."""
    left = [int(one.after * 10) % 8]

    def count(_name: str) -> None:
        if left and left[0] <= 0:
            left.clear()
            stage.world.tell("the process is killed")
            stage.world.dead = True
            raise Killed
        if left:
            left[0] -= 1

    stage.world.on_call.append(count)


def _store_full(stage: Stage, one: Trouble) -> None:
    stage.attempt.full_until = stage.world.now + one.seconds


def _undone_by_others(stage: Stage, _one: Trouble) -> None:
    """The run does nothing meanwhile, as one whose machine was suspended, and then goes on as if nothing had been."""
    run = stage.run()
    try:
        found = abandoned.find(run.cluster, run.kafka, run.namespace, run.plan.run_key)
    except (StepError, *SYSTEM_ERRORS):
        return
    stage.undone = abandoned.undo(found, lambda message: stage.world.tell(f"undo by others: {message}"))


def _compacted(stage: Stage, _one: Trouble) -> None:
    """The topic keeps the newest record of each key only, and does so all the time."""
    logs = [stage.kafka.topics[copy.sink] for copy in stage.plan.copies.values()]
    for log in logs:
        log.config["cleanup.policy"] = "compact"
    stage.world.steps.append(lambda: _compact(logs) if int(stage.world.now * 2) % 40 == 0 else None)


def _compact(logs: list[Any]) -> None:
    for log in logs:
        for entries in log.partitions:
            newest: set[bytes] = set()
            for entry in reversed(entries):
                if entry.delivered:
                    entry.compacted = entry.value in newest
                    newest.add(entry.value)


def _tainted(stage: Stage, _one: Trouble) -> None:
    for node in stage.kubernetes.all(NODES)[1:]:
        node["spec"]["taints"] = [{"key": "dedicated", "effect": "NoSchedule"}]


def _two_clusters(stage: Stage, _one: Trouble) -> None:
    """The pods' address leads to another Kafka, with topics of the same names."""
    inner = KafkaWorld(stage.world, cluster_id="another-cluster")
    for name, log in stage.kafka.topics.items():
        inner.create(name, len(log.partitions))
        for number, entries in enumerate(log.partitions):
            inner.topics[name].partitions[number] = list(entries)
    stage.inner_kafka = stage.gateway.kafka = inner


def _set(**values: Any) -> Callable[[Stage, Trouble], None]:
    """`a__b=c` sets stage.a.b to c."""

    def act(stage: Stage, one: Trouble) -> None:
        for path, value in values.items():
            *above, name = path.split("__")
            target: Any = stage
            for part in above:
                target = getattr(target, part)
            setattr(target, name, value(one) if callable(value) else value)

    return act


TROUBLES: dict[str, Callable[[Stage, Trouble], None]] = {
    "kafka down": _kafka_down,
    "kafka down, clients stuck": _stuck,
    "kafka moving": _moving,
    "gateway down": _gateway_down,
    "node not ready": lambda stage, one: _node(stage, one, "node.kubernetes.io/not-ready", ready=False),
    "node tainted": lambda stage, one: _node(stage, one, "dedicated", ready=True),
    "quota": _quota,
    "chaos cut off": _cut,
    "api lost": lambda stage, _one: _once(stage, "lost", CHANGES),
    "api 409": lambda stage, _one: _once(stage, 409, ("PATCH", "PUT")),
    "chaos killed by others": _kill("chaos", "taskmanager"),
    "chaos JobManager killed by others": _kill("chaos", "jobmanager"),
    "control killed": _kill("stable", "taskmanager"),
    "control JobManager killed": _kill("stable", "jobmanager"),
    "control gives up": _control_gives_up,
    "engine deleted by others": _delete_engine,
    "sink trimmed": _trim,
    "partition added": _add_partition,
    "process killed": _kill_process,
    "store full": _store_full,
    "undone by others": _undone_by_others,
    "clock ahead": _set(skew=lambda one: one.seconds),
    "clock behind": _set(skew=lambda one: -one.seconds),
    "commits stay behind": _set(commits_stay_behind=True),
    "spare pod": _set(operator__spare=True),
    "litmus says Error": _set(litmus__says="Error", litmus__strikes=False),
    "litmus stuck": _set(litmus__says="stuck"),
    "litmus strikes nothing": _set(litmus__strikes=False),
    "target already gone": _set(litmus__target_gone=True),
    "operator gives up savepoint": _set(operator__gives_up_savepoint=True),
    "failed before the first deployment": _set(operator__failed_first=True),
    "operator leaves things": _set(operator__leaves=True),
    "sink compacted": _compacted,
    "loader with transactions": _set(loader_transactions=True),
    "nodes tainted": _tainted,
    "two Kafka clusters": _two_clusters,
    "shared state": _set(shared_storage=True),
    "weaker mode": _set(weaker_mode=True),
    "inject runs again": _set(rerun="inject"),
    "litmus leaves its cordon": _set(litmus__leaves_cordon=True),
}
