"""The calls to Kubernetes that the operator makes; status has no subresource, so it is written by plain merge patches."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kubernetes import client, config

GROUP = "litmuschaos.io"
VERSION = "v1alpha1"
NOT_FOUND = 404
COMPONENT = "chaos-operator"
Object = dict[str, Any]


class Cluster:
    """Litmus' resources, Jobs, Pods and events."""

    def __init__(self) -> None:
        config.load_incluster_config()
        self._custom = client.CustomObjectsApi()
        self._batch = client.BatchV1Api()
        self._core = client.CoreV1Api()

    def get(self, plural: str, namespace: str, name: str) -> Object | None:
        """One of Litmus' resources, or None."""
        try:
            return dict(self._custom.get_namespaced_custom_object(GROUP, VERSION, namespace, plural, name))
        except client.ApiException as error:
            _raise_unless_missing(error)
            return None

    def patch_engine(self, engine: Object, patch: Object) -> None:
        """Merge `patch` into the engine."""
        meta = engine["metadata"]
        self._custom.patch_namespaced_custom_object(
            GROUP, VERSION, meta["namespace"], "chaosengines", meta["name"], patch
        )

    def service_account_exists(self, namespace: str, name: str) -> bool:
        """Whether the pods of the engine can be created at all."""
        try:
            self._core.read_namespaced_service_account(name, namespace)
        except client.ApiException as error:
            _raise_unless_missing(error)
            return False
        return True

    def create_job(self, manifest: Object) -> None:
        """Create an experiment's Job."""
        self._batch.create_namespaced_job(manifest["metadata"]["namespace"], manifest)

    def jobs(self, namespace: str, selector: str) -> list[Object]:
        """Jobs that carry the labels."""
        return self._plain(self._batch.list_namespaced_job(namespace, label_selector=selector).items)

    def pods(self, namespace: str, selector: str) -> list[Object]:
        """Pods that carry the labels."""
        return self._plain(self._core.list_namespaced_pod(namespace, label_selector=selector).items)

    def delete_jobs(self, namespace: str, selector: str) -> None:
        """Delete Jobs by label; the garbage collector takes their pods."""
        self._batch.delete_collection_namespaced_job(
            namespace, label_selector=selector, propagation_policy="Background"
        )

    def delete_pods(self, namespace: str, selector: str) -> None:
        """Delete pods by label, with their own grace period."""
        self._core.delete_collection_namespaced_pod(namespace, label_selector=selector)

    def event(self, engine: Object, *, reason: str, message: str, warning: bool = False) -> None:
        """Write an event about the engine."""
        meta, now = engine["metadata"], datetime.now(UTC)
        about = {key: meta[key] for key in ("name", "namespace", "uid")}
        body = {
            "metadata": {"generateName": f"{meta['name']}-", "namespace": meta["namespace"]},
            "involvedObject": {"apiVersion": f"{GROUP}/{VERSION}", "kind": "ChaosEngine", **about},
            "reason": reason,
            "message": message,
            "type": "Warning" if warning else "Normal",
            "source": {"component": COMPONENT},
            "count": 1,
            "firstTimestamp": now,
            "lastTimestamp": now,
        }
        self._core.create_namespaced_event(meta["namespace"], body)

    def _plain(self, items: list[Any]) -> list[Object]:
        return [self._core.api_client.sanitize_for_serialization(item) for item in items]


def _raise_unless_missing(error: Any) -> None:
    if error.status != NOT_FOUND:
        raise error
