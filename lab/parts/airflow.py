"""Airflow: API server, scheduler, DAG processor and triggerer, from the checkout and the Python that called the lab."""

from __future__ import annotations

import json
import os
import secrets
import urllib.request
from typing import TYPE_CHECKING, Any

from lab.addresses import AIRFLOW, KAFKA_HOST
from lab.artifacts.cache import key_of
from lab.commands import run
from lab.files import write_if_changed
from lab.parts import postgres
from lab.parts.part import Part
from lab.paths import BIN, CHECKOUT, RUNNER_KUBECONFIG, RUNS, STATE
from lab.supervisor import Program, base_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

HOME = STATE / "airflow"
PASSWORD_FILE = HOME / "password"
ADMIN = "admin"
COMPONENTS = ("scheduler", "dag_processor", "triggerer", "metadatabase")
_CONFIG = HOME / "airflow.cfg"
_PASSWORDS = HOME / "passwords.json"
_MIGRATED = HOME / "migrated"
_TIMEOUT_SECONDS = 5.0
_COMMANDS = {
    "airflow-api-server": ("api-server", "--host", "127.0.0.1", "--port", "8080", "--workers", "1"),
    "airflow-scheduler": ("scheduler",),
    "airflow-dag-processor": ("dag-processor",),
    "airflow-triggerer": ("triggerer",),
}


def environment() -> dict[str, str]:
    """What Airflow's programs, and people who call `airflow` themselves, need beside airflow.cfg."""
    kubernetes = {"conn_type": "kubernetes", "extra": {"kube_config_path": str(RUNNER_KUBECONFIG)}}
    kafka = {"conn_type": "kafka", "extra": {"bootstrap.servers": KAFKA_HOST}}
    return {
        "AIRFLOW_HOME": str(HOME),
        "AIRFLOW_CONN_KUBERNETES_DEFAULT": json.dumps(kubernetes),
        "AIRFLOW_CONN_KAFKA_DEFAULT": json.dumps(kafka),
        "FLINK_CHAOS_INCLUDE": str(CHECKOUT / "include"),
        "FLINK_CHAOS_STORE": RUNS.as_uri(),
        "FLINK_CHAOS_ENVIRONMENT": "lab",
        "FLINK_CHAOS_KAFKA": KAFKA_HOST,
    }


def settings() -> dict[str, dict[str, object]]:
    """airflow.cfg by section. Whoever asks gets the secrets, which are made once for each lab."""
    database = f"{postgres.USER}:{postgres.password()}@127.0.0.1:{postgres.PORT}/{postgres.DATABASE}"
    return {
        "core": {
            "dags_folder": CHECKOUT / "dags",
            "plugins_folder": HOME / "plugins",  # not the checkout's: the package comes by entry point
            "executor": "LocalExecutor",
            "parallelism": 6,
            "load_examples": False,
            "dags_are_paused_at_creation": False,
            "fernet_key": "",
            "simple_auth_manager_users": f"{ADMIN}:admin",
            "simple_auth_manager_passwords_file": _PASSWORDS,
            "execution_api_server_url": f"{AIRFLOW}/execution/",
        },
        "database": {"sql_alchemy_conn": f"postgresql+psycopg2://{database}"},
        "api": {"base_url": AIRFLOW, "workers": 1, "secret_key": _secret("api-key")},
        "api_auth": {"jwt_secret": _secret("jwt-secret")},
        "scheduler": {"scheduler_idle_sleep_time": 0.1, "task_instance_heartbeat_timeout": 30},
        # Each parse is a process of its own: every 5 s they took a quarter of two cores. `up` restarts it after a change.
        "dag_processor": {"refresh_interval": 60, "min_file_process_interval": 120},
        "logging": {"base_log_folder": HOME / "logs"},
    }


def render(sections: Mapping[str, Mapping[str, object]]) -> str:
    """The text of airflow.cfg, in which `%` is doubled."""
    parts = []
    for section, values in sections.items():
        lines = [f"{name} = {str(value).replace('%', '%%')}" for name, value in values.items()]
        parts.append("\n".join([f"[{section}]", *lines]))
    return "\n\n".join(parts) + "\n"


def _secret(name: str) -> str:
    path = HOME / name
    if not path.exists():
        write_if_changed(path, secrets.token_hex(32), secret=True)
    return path.read_text()


def _prepare() -> None:
    RUNS.mkdir(parents=True, exist_ok=True)
    (HOME / "plugins").mkdir(parents=True, exist_ok=True)
    if not PASSWORD_FILE.exists():
        write_if_changed(PASSWORD_FILE, secrets.token_urlsafe(12), secret=True)
    write_if_changed(_PASSWORDS, json.dumps({ADMIN: PASSWORD_FILE.read_text()}), secret=True)
    write_if_changed(_CONFIG, render(settings()), secret=True)
    if not _MIGRATED.exists():
        postgres.create_database()
        run([BIN / "airflow", "db", "migrate"], env=_all_environment())
        _MIGRATED.touch()


def _all_environment() -> dict[str, str]:
    return {**base_environment(), **environment(), "PATH": f"{BIN}{os.pathsep}{base_environment()['PATH']}"}


def _programs() -> list[Program]:
    """What stands in the environment as a hash restarts the programs when it changes: airflow.cfg, the package, DAGs and profiles."""
    # setproctitle must leave the environment readable: the lab finds its processes by it.
    marks = {"LAB_CONFIGURATION": key_of(_CONFIG, CHECKOUT / "plugins", CHECKOUT / "dags", CHECKOUT / "include"), "SPT_NOENV": "1"}
    env = {**_all_environment(), **marks}
    return [Program(name, [BIN / "airflow", *words], env, HOME) for name, words in _COMMANDS.items()]


def _health() -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{AIRFLOW}/api/v2/monitor/health", timeout=_TIMEOUT_SECONDS) as answer:
            state: dict[str, Any] = json.load(answer)
    except (OSError, ValueError) as error:
        return f"{AIRFLOW} does not answer: {getattr(error, 'reason', error)}"
    wrong = [name for name in COMPONENTS if (state.get(name) or {}).get("status") != "healthy"]
    return f"not healthy: {', '.join(wrong)}" if wrong else ""


PART = Part("airflow", health=_health, prepare=_prepare, programs=_programs)
