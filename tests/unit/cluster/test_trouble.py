import pytest
from flink_chaos.cluster.events import Event
from flink_chaos.cluster.trouble import event_causes, is_for_room, pod_causes, refusals


def a_pod(node="n", phase="Running", reason="", message="", conditions=(), **container):
    status = {"phase": phase, "conditions": list(conditions)}
    if reason:
        status |= {"reason": reason, "message": message}
    if container:
        status["containerStatuses"] = [{"name": "main", **container}]
    return {"metadata": {"name": "p"}, "spec": {"nodeName": node} if node else {}, "status": status}


def a_node(ready="True", **pressure):
    conditions = [{"type": "Ready", "status": ready, "reason": "KubeletStopped"}]
    conditions += [{"type": name, "status": status} for name, status in pressure.items()]
    return {"metadata": {"name": "n"}, "spec": {}, "status": {"conditions": conditions}}


def condition(kind, status, reason="", message=""):
    return {"type": kind, "status": status, "reason": reason, "message": message}


def waiting(reason, message=""):
    return a_pod(state={"waiting": {"reason": reason, "message": message}})


def ended(reason, code, **more):
    return a_pod(state={"terminated": {"reason": reason, "exitCode": code}}, **more)


OUTSIDE = [
    (waiting("ImagePullBackOff", "Back-off pulling image"), "waits: ImagePullBackOff: Back-off pulling image"),
    (waiting("ErrImagePull"), "waits: ErrImagePull"),
    (waiting("InvalidImageName"), "waits: InvalidImageName"),
    (waiting("CreateContainerConfigError", 'secret "s" not found'), 'CreateContainerConfigError: secret "s" not found'),
    (
        a_pod(
            node="",
            phase="Pending",
            conditions=[condition("PodScheduled", "False", "Unschedulable", "0/3 nodes: 3 Insufficient memory")],
        ),
        "no node: 0/3 nodes: 3 Insufficient memory",
    ),
    (a_pod(conditions=[condition("DisruptionTarget", "True", "PreemptionByScheduler")]), "PreemptionByScheduler"),
    (a_pod(conditions=[condition("DisruptionTarget", "True", "EvictionByEvictionAPI")]), "EvictionByEvictionAPI"),
    (
        a_pod(phase="Failed", reason="Evicted", message="The node was low on resource: memory"),
        "Evicted: The node was low on resource: memory",
    ),
    (a_pod(phase="Failed", reason="OutOfcpu"), "OutOfcpu"),
    (a_pod(node="gone"), "its node gone is gone"),
    (ended("ContainerStatusUnknown", 137), "ended with exit code 137"),
    (ended("StartError", 128), "ended with exit code 128"),
]


@pytest.mark.parametrize(("pod", "words"), OUTSIDE, ids=lambda one: one if isinstance(one, str) else "")
def test_what_comes_from_outside_is_told_in_kubernetes_own_words(pod, words):
    """Image, configuration, room, eviction, node, runtime."""
    (cause,) = pod_causes([pod], [a_node()])
    assert (cause.outside, cause.about, words in cause.words) == (True, "pods/p", True)


OWN = [
    ended("Error", 1),
    ended("Error", 239),
    ended("OOMKilled", 137),
    waiting("CrashLoopBackOff"),
    a_pod(state={"running": {}}, lastState={"terminated": {"reason": "OOMKilled", "exitCode": 137}}),
]


@pytest.mark.parametrize("pod", OWN)
def test_what_the_application_does_to_itself_is_no_excuse(pod):
    """Its exit code, its crash loop, and the memory that it was given."""
    (cause,) = pod_causes([pod], [a_node()])
    assert cause.outside is False


FINE = [
    a_pod(),
    a_pod(state={"running": {}}, lastState={}),
    waiting("ContainerCreating"),
    waiting("PodInitializing"),
    ended("Completed", 0),
    a_pod(
        conditions=[
            condition("PodScheduled", "True"),
            condition("Ready", "False"),
            condition("DisruptionTarget", "False"),
        ]
    ),
    a_pod(phase="Failed", reason="Evicted", message="Container main exceeded its local ephemeral storage limit"),
    {"metadata": {"name": "bare"}},
]


@pytest.mark.parametrize("pod", FINE)
def test_what_is_usual_is_no_trouble(pod):
    """Nor is a pod of which nothing is known yet, or that used up its own disk."""
    assert [cause for cause in pod_causes([pod], [a_node()]) if cause.outside] == []


def test_a_node_that_was_short_of_memory_has_killed_from_outside():
    """Whoever it chose."""
    (cause,) = pod_causes([ended("OOMKilled", 137)], [a_node(MemoryPressure="True")])
    assert cause.outside


def test_a_node_that_is_not_ready_is_told_and_a_cordoned_one_is_not():
    """A cordon hurts no pod that is there."""
    cordoned = a_node() | {"spec": {"unschedulable": True}}
    (cause,) = pod_causes([a_pod()], [a_node(ready="Unknown")])
    assert cause.words == "its node n is not ready (KubeletStopped)"
    assert list(pod_causes([a_pod()], [cordoned])) == []
    assert list(pod_causes([a_pod()], [])) == []  # nodes may not be looked at


def test_the_drain_that_the_run_itself_makes_is_no_trouble():
    """Another node's is."""
    evicted = a_pod(conditions=[condition("DisruptionTarget", "True", "EvictionByEvictionAPI")])
    assert list(pod_causes([evicted], [a_node()], drained="n")) == []
    assert len(list(pod_causes([evicted], [a_node()], drained="m"))) == 1


def an_event(kind="Pod", reason="FailedMount", message="m", name="p", warning=True):
    return Event("u", kind, name, warning, reason, message, 1, 0, 0)


QUOTA = 'pods "p" is forbidden: exceeded quota: q'


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (an_event("ReplicaSet", "FailedCreate", QUOTA), f"FailedCreate: {QUOTA}"),
        (an_event("Job", "FailedCreate", 'admission webhook "w" denied the request'), "denied the request"),
        (
            an_event("FlinkDeployment", "Error", 'deployments.apps "d" is forbidden: violates PodSecurity'),
            "violates PodSecurity",
        ),
        (an_event("Pod", "FailedMount", "MountVolume.SetUp failed"), "FailedMount: MountVolume.SetUp failed"),
        (an_event("Pod", "NodeNotReady", "Node is not ready"), "NodeNotReady"),
        (an_event("Pod", "TaintManagerEviction", "Marking for deletion Pod", warning=False), "TaintManagerEviction"),
        (an_event("Pod", "Preempted", "by x"), "Preempted"),
    ],
)
def test_events_tell_who_may_not_make_pods_and_what_took_them(event, told):
    """Quota, webhook, policy, volume, node; pods that are gone tell nothing themselves."""
    (cause,) = event_causes([event], [a_pod(phase="Pending")])
    assert (cause.outside, told in cause.words) == (True, True)


@pytest.mark.parametrize(
    "event",
    [
        an_event("ReplicaSet", "SuccessfulCreate", warning=False),
        an_event("Pod", "BackOff"),
        an_event("Pod", "FailedMount", name="another"),
        an_event("FlinkDeployment", "Error", "Job not found"),
        an_event("Pod", "Evicted", "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi"),
    ],
)
def test_other_events_are_no_trouble(event):
    """One that is over, one of the application, one of a pod that was given less than it takes."""
    assert [cause for cause in event_causes([event], [a_pod(phase="Pending")]) if cause.outside] == []


def test_a_volume_that_was_late_is_no_trouble_of_a_pod_that_runs():
    """ConfigMaps come a moment after the pod."""
    assert list(event_causes([an_event()], [a_pod()])) == []


def test_an_eviction_by_the_run_itself_is_not_told():
    """The drained node's kubelet has nothing to do with it."""
    assert list(event_causes([an_event(reason="Evicted")], [], drained="n")) == []


def test_a_jobmanager_tells_in_its_log_who_refused_taskmanagers():
    """Each reason once, without what the client says around it."""
    line = f"ERROR Failure executing: POST at: https://k/pods. Message: {QUOTA}, used: 2. Received status: Status(code=403)"
    other = 'WARN admission webhook "w" denied the request: no latest'
    assert refusals(f"INFO start\n{line}\n{line}\n{other}\n") == [
        f"{QUOTA}, used: 2",
        'admission webhook "w" denied the request: no latest',
    ]


def test_a_volume_that_is_not_bound_is_no_lack_of_room():
    """Though the scheduler tells both in one place."""
    words = ["0/3 nodes: 3 Insufficient cpu", "pod has unbound immediate PersistentVolumeClaims"]
    pods = [a_pod(node="", conditions=[condition("PodScheduled", "False", message=text)]) for text in words]
    assert [is_for_room(cause) for cause in pod_causes(pods, [])] == [True, False]
