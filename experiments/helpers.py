"""Helper pods: they do on the target's node what the experiment's own pod cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubernetes import client

from experiments.pods import FINISHED

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_FOUND = 404
JOB_LABELS = ("controller-uid", "job-name", "batch.kubernetes.io/")
"""A pod with these would count as the Job's own."""


@dataclass(frozen=True)
class Template:
    """What helpers take over from the experiment's own pod, as Litmus' do."""

    uid: str
    image: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    tolerations: list[Any]
    pull_secrets: list[Any]
    resources: Any


@dataclass(frozen=True)
class HelperState:
    """How a helper stands; `message` is the end of its log if it failed."""

    phase: str
    message: str = ""

    @property
    def finished(self) -> bool:
        """Whether all its containers have ended."""
        return self.phase in FINISHED


class Helpers:
    """Helper pods of one experiment."""

    def __init__(self, core: client.CoreV1Api) -> None:
        self._core = core

    def template(self, namespace: str, pod: str) -> Template:
        """What to take over from the experiment's own pod `pod`."""
        own = self._core.read_namespaced_pod(pod, namespace)
        labels = own.metadata.labels or {}
        return Template(
            uid=own.metadata.uid,
            image=own.spec.containers[0].image,
            labels={key: value for key, value in labels.items() if not key.startswith(JOB_LABELS)},
            annotations=own.metadata.annotations or {},
            tolerations=own.spec.tolerations or [],
            pull_secrets=own.spec.image_pull_secrets or [],
            resources=own.spec.containers[0].resources,
        )

    def create(self, manifest: Mapping[str, Any]) -> None:
        """Create a helper pod."""
        self._core.create_namespaced_pod(manifest["metadata"]["namespace"], manifest)

    def state(self, namespace: str, name: str) -> HelperState | None:
        """How it stands, or None if it is gone."""
        try:
            pod = self._core.read_namespaced_pod(name, namespace)
        except client.ApiException as error:
            if error.status == NOT_FOUND:
                return None
            raise
        return HelperState(pod.status.phase or "Pending", _message(pod))

    def delete(self, namespace: str, name: str) -> None:
        """Tell it to revert and end, in its own grace period. Harmless if it is gone."""
        try:
            self._core.delete_namespaced_pod(name, namespace)
        except client.ApiException as error:
            if error.status != NOT_FOUND:
                raise


def _message(pod: Any) -> str:
    """Why a container does not run: the end of its log (terminationMessagePolicy), or why it cannot start."""
    for status in pod.status.container_statuses or []:
        state = status.state.terminated or status.state.waiting
        if state:
            return (state.message or state.reason or "").strip()
    return str(pod.status.message or "")
