"""A SQL Gateway in memory, and a client of it that does not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flink_chaos.flink import gateway as module
from flink_chaos.flink.gateway import SqlGateway
from flink_chaos.flink.http import HttpService

from tests.unit.flink.fake_gateway import FakeGateway

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def fake_gateway(monkeypatch) -> Iterator[FakeGateway]:
    """Return a gateway on loopback."""
    monkeypatch.setattr(module, "PAUSE", 0)
    with FakeGateway() as gateway:
        yield gateway


@pytest.fixture
def gateway(fake_gateway) -> SqlGateway:
    """Return our client, at the gateway's own address."""
    return SqlGateway(HttpService(fake_gateway.url))
