"""Shared test doubles: an API server and a SQL Gateway in memory, and librdkafka's mock cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flink_chaos.cluster.objects import Cluster
from flink_chaos.flink import gateway as gateway_module
from flink_chaos.flink.gateway import SqlGateway
from flink_chaos.flink.http import HttpService

from tests.unit.cluster.fake_api import FakeApi
from tests.unit.flink.fake_gateway import FakeGateway
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


@pytest.fixture
def fake_gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGateway]:
    """Return a SQL Gateway in memory, on loopback; our client does not wait between its questions."""
    monkeypatch.setattr(gateway_module, "PAUSE", 0)
    with FakeGateway() as fake:
        yield fake


@pytest.fixture
def gateway(fake_gateway: FakeGateway) -> SqlGateway:
    """Return our client of that gateway, at its own address."""
    return SqlGateway(HttpService(fake_gateway.url))


@pytest.fixture(scope="session")
def mock_cluster() -> MockCluster:
    """Return one Kafka broker inside librdkafka, for the whole session: use a topic name of your own."""
    return MockCluster()
