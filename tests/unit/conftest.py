"""Shared test doubles: an API server in memory, and librdkafka's mock cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flink_chaos.cluster.objects import Cluster

from tests.unit.cluster.fake_api import FakeApi
from tests.unit.kafka.mock_cluster import MockCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def fake_api() -> Iterator[FakeApi]:
    """Return an API server that keeps objects in memory, on loopback."""
    with FakeApi() as api:
        yield api


@pytest.fixture
def cluster(fake_api: FakeApi) -> Cluster:
    """Return our client of that server."""
    return Cluster(fake_api.client(), timeout=5)


@pytest.fixture(scope="session")
def mock_cluster() -> MockCluster:
    """Return one Kafka broker inside librdkafka, for the whole session: use a topic name of your own."""
    return MockCluster()
