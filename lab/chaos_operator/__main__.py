"""Entry of the image: `python3 -m lab.chaos_operator`."""

from __future__ import annotations

import logging

import kopf

from lab.chaos_operator import handlers  # noqa: F401 - registers itself with kopf

HEALTH = "http://0.0.0.0:8080/healthz"


def main() -> None:
    """Serve until the pod is told to end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for chatty in ("aiohttp.access", "kopf.objects"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    kopf.run(clusterwide=True, standalone=True, liveness_endpoint=HEALTH)


if __name__ == "__main__":
    main()
