"""The calls to Kubernetes that every experiment makes; those of single faults hang on it as `nodes` and `helpers`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kubernetes import client, config

from experiments.helpers import Helpers
from experiments.nodes import Nodes
from experiments.pods import FINISHED, read_pod
from experiments.targets import Owner, Pod

GROUP = "litmuschaos.io"
VERSION = "v1alpha1"
NOT_FOUND = 404


class Cluster:
    """Pods, events and Litmus' resources, with the rights of the experiment's service account."""

    def __init__(self) -> None:
        config.load_incluster_config()
        self._core = client.CoreV1Api()
        self._apps = client.AppsV1Api()
        self._custom = client.CustomObjectsApi()
        self._owners: dict[tuple[str, str], Owner] = {}
        self.nodes = Nodes(self._core)
        self.helpers = Helpers(self._core)

    def pods(self, namespace: str) -> list[Pod]:
        """All pods of a namespace, the finished ones left out."""
        listed = self._core.list_namespaced_pod(namespace).items
        return [self._pod(pod) for pod in listed if pod.status.phase not in FINISHED]

    def pod(self, namespace: str, name: str) -> Pod | None:
        """One pod, or None if there is none of that name."""
        try:
            return self._pod(self._core.read_namespaced_pod(name, namespace))
        except client.ApiException as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def delete_pod(self, pod: Pod, *, force: bool) -> None:
        """Delete exactly this pod (by UID); `force` gives it no time to end."""
        options: dict[str, Any] = {"preconditions": client.V1Preconditions(uid=pod.uid)}
        if force:
            options["grace_period_seconds"] = 0
        self._core.delete_namespaced_pod(pod.name, pod.namespace, body=client.V1DeleteOptions(**options))

    def engine(self, namespace: str, name: str) -> dict[str, Any]:
        """The ChaosEngine."""
        return dict(self._custom.get_namespaced_custom_object(GROUP, VERSION, namespace, "chaosengines", name))

    def result(self, namespace: str, name: str) -> dict[str, Any] | None:
        """The ChaosResult, or None."""
        try:
            return dict(self._custom.get_namespaced_custom_object(GROUP, VERSION, namespace, "chaosresults", name))
        except client.ApiException as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def create_result(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create a ChaosResult and return it as stored."""
        namespace = body["metadata"]["namespace"]
        return dict(self._custom.create_namespaced_custom_object(GROUP, VERSION, namespace, "chaosresults", body))

    def patch_result(self, namespace: str, name: str, patch: dict[str, Any]) -> dict[str, Any]:
        """Merge `patch` into a ChaosResult (it has no status subresource) and return it as stored."""
        return dict(self._custom.patch_namespaced_custom_object(GROUP, VERSION, namespace, "chaosresults", name, patch))

    def event(self, about: dict[str, Any], *, reason: str, message: str, warning: bool, source: str) -> None:
        """Write an event about a Litmus object."""
        metadata = about["metadata"]
        reference = client.V1ObjectReference(
            api_version=f"{GROUP}/{VERSION}",
            kind=about["kind"],
            name=metadata["name"],
            namespace=metadata["namespace"],
            uid=metadata["uid"],
        )
        now = datetime.now(UTC)
        body = client.CoreV1Event(
            metadata=client.V1ObjectMeta(generate_name=f"{metadata['name']}-", namespace=metadata["namespace"]),
            involved_object=reference,
            reason=reason,
            message=message,
            type="Warning" if warning else "Normal",
            source=client.V1EventSource(component=source),
            count=1,
            first_timestamp=now,
            last_timestamp=now,
        )
        self._core.create_namespaced_event(metadata["namespace"], body)

    def _pod(self, pod: Any) -> Pod:
        return read_pod(pod, self._owner(pod))

    def _owner(self, pod: Any) -> Owner | None:
        owners = pod.metadata.owner_references or []
        if not owners:
            return None
        if owners[0].kind != "ReplicaSet":
            return Owner(owners[0].kind.lower(), owners[0].name)
        return self._replica_set_owner(pod.metadata.namespace, owners[0].name)

    def _replica_set_owner(self, namespace: str, name: str) -> Owner:
        if (namespace, name) not in self._owners:
            owners = self._apps.read_namespaced_replica_set(name, namespace).metadata.owner_references or []
            found = Owner(owners[0].kind.lower(), owners[0].name) if owners else Owner("replicaset", name)
            self._owners[namespace, name] = found
        return self._owners[namespace, name]
