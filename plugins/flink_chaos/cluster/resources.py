"""The kinds of objects that a run touches: where each lives in the Kubernetes API."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from flink_chaos.cluster.errors import ClusterError
from flink_chaos.model.names import Shape


@dataclass(frozen=True)
class Resource:
    """One kind of object: API group ("" is the core group), version, plural; "pods/log" names a subresource."""

    group: str
    version: str
    plural: str
    namespaced: bool = True

    @property
    def label(self) -> str:
        """Its name in messages, as kubectl writes it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """Return the URL path of one object, of a namespace's list or (without namespace) of the cluster's list.

        Raises ClusterError for a name that would make it the path of something else.
        """
        parts = ["apis", self.group] if self.group else ["api"]
        parts.append(self.version)
        if self.namespaced and namespace is not None:
            parts += ["namespaces", namespace]
        plural, _, subresource = self.plural.partition("/")
        parts += [plural, *([name] if name is not None else []), *([subresource] if subresource else [])]
        return "/" + "/".join(segment(part, self.label) for part in parts)


def segment(name: str, label: str, safe: str = "") -> str:
    """Return a name as one segment of a path; characters of `safe` stay as they are.

    Raises ClusterError for one that is none: empty it would mean all objects, and `..` others.
    """
    try:
        return quote(Shape.OBJECT.checked(name), safe=safe)
    except ValueError as error:
        told = f"cannot ask for {label}: {error}. Correct it where it is named"
        raise ClusterError(told, HTTPStatus.BAD_REQUEST, "Invalid") from error


PODS = Resource("", "v1", "pods")
POD_LOGS = Resource("", "v1", "pods/log")
SERVICES = Resource("", "v1", "services")
SERVICE_PROXIES = Resource("", "v1", "services/proxy")
CONFIG_MAPS = Resource("", "v1", "configmaps")
SECRETS = Resource("", "v1", "secrets")
RESOURCE_QUOTAS = Resource("", "v1", "resourcequotas")
LIMIT_RANGES = Resource("", "v1", "limitranges")
EVENTS = Resource("", "v1", "events")
SERVICE_ACCOUNTS = Resource("", "v1", "serviceaccounts")
NODES = Resource("", "v1", "nodes", namespaced=False)
NAMESPACES = Resource("", "v1", "namespaces", namespaced=False)
DEPLOYMENTS = Resource("apps", "v1", "deployments")
REPLICA_SETS = Resource("apps", "v1", "replicasets")
JOBS = Resource("batch", "v1", "jobs")
LEASES = Resource("coordination.k8s.io", "v1", "leases")
CUSTOM_RESOURCE_DEFINITIONS = Resource("apiextensions.k8s.io", "v1", "customresourcedefinitions", namespaced=False)
SELF_SUBJECT_ACCESS_REVIEWS = Resource("authorization.k8s.io", "v1", "selfsubjectaccessreviews", namespaced=False)
FLINK_DEPLOYMENTS = Resource("flink.apache.org", "v1beta1", "flinkdeployments")
CHAOS_ENGINES = Resource("litmuschaos.io", "v1alpha1", "chaosengines")
CHAOS_RESULTS = Resource("litmuschaos.io", "v1alpha1", "chaosresults")
CHAOS_EXPERIMENTS = Resource("litmuschaos.io", "v1alpha1", "chaosexperiments")
