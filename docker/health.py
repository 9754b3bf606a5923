"""Ends well if Airflow's API server says that a component works: `health.py scheduler` (or dag_processor, triggerer).

`airflow jobs check` asks the same and needs seconds of a core each time.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request

URL = "FLINK_CHAOS_AIRFLOW_URL"
TIMEOUT_SECONDS = 5.0


def problem(component: str, url: str) -> str:
    """What is wrong with the component, nothing if it is healthy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}/api/v2/monitor/health", timeout=TIMEOUT_SECONDS) as answer:
        state = json.load(answer)
    status = (state.get(component) or {}).get("status")
    return "" if status == "healthy" else f"{component}: {status}"


if __name__ == "__main__":
    sys.exit(problem(sys.argv[1], os.environ[URL]) or 0)
