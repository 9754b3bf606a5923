"""Container images of what runs inside the lab's cluster, as docker-archive tars: no Docker engine, no image registry."""

from __future__ import annotations

from lab.images.catalogue import build_all

__all__ = ["build_all"]
