"""Postgres for Airflow's metadata: the machine's binaries, a data folder of its own, run as user `postgres`.

The data lies in the lab's state, which may be below a home folder that `postgres` cannot enter: it sees the data
through a mount namespace of its own.
"""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from lab import namespaces
from lab.commands import LabError, run
from lab.files import write_if_changed
from lab.parts.part import Part
from lab.paths import RUN, STATE
from lab.supervisor import Program

PORT = 5433
USER = "airflow"
DATABASE = "airflow"
PASSWORD_FILE = STATE / "postgres" / "password"
SOCKETS = RUN / "postgres"

_NAMESPACE = "postgres"
_SOURCE = STATE / "postgres" / "data"
_DATA = RUN / "postgres-data"
_BINARIES = "/usr/lib/postgresql/*/bin/postgres"
_TIMEOUT_SECONDS = 3


def password() -> str:
    """Of the user `airflow`, made once."""
    if not PASSWORD_FILE.exists():
        write_if_changed(PASSWORD_FILE, secrets.token_hex(16), secret=True)
    return PASSWORD_FILE.read_text()


def _prepare() -> None:
    namespaces.create(_NAMESPACE, {_DATA: _SOURCE})
    for folder in (SOCKETS, _SOURCE):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.chown(folder, "postgres", "postgres")
    if not (_SOURCE / "PG_VERSION").exists():
        _initialise()


def _initialise() -> None:
    """The password passes through a file that only `postgres` can read."""
    _SOURCE.chmod(0o700)
    handed = SOCKETS / "initial-password"
    write_if_changed(handed, password() + "\n", secret=True)
    shutil.chown(handed, "postgres", "postgres")
    words: list[str | Path] = [
        "--username",
        USER,
        "--pwfile",
        handed,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
    ]
    try:
        run([*_inside("initdb"), "--pgdata", _DATA, *words], cwd=Path("/"))
    finally:
        handed.unlink()


def _inside(program: str) -> list[str | Path]:
    found = sorted(Path("/").glob(_BINARIES.lstrip("/")))
    if not found:
        raise LabError(f"{_BINARIES}: not found. Install the package postgresql.")
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
    return ["nsenter", f"--mount={namespaces.handle(_NAMESPACE)}", "--", *user, found[-1].with_name(program)]


def _programs() -> list[Program]:
    settings = {
        "port": PORT,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": SOCKETS,
        "max_connections": 200,
        "fsync": "off",  # the data is thrown away with the lab
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [Program("postgres", [*_inside("postgres"), "-D", _DATA, *options], stop_signal="INT")]


def _health() -> str:
    import psycopg2  # type: ignore[import-untyped] # noqa: PLC0415 doctor and help must work without it

    where = {
        "host": "127.0.0.1",
        "port": PORT,
        "user": USER,
        "password": password(),
        "connect_timeout": _TIMEOUT_SECONDS,
    }
    try:
        with psycopg2.connect(dbname="postgres", **where) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.close()
    except psycopg2.Error as error:
        return " ".join(str(error).split())
    return ""


def create_database() -> None:
    """Make the database, unless it is there."""
    import psycopg2  # noqa: PLC0415 see _health

    connection = psycopg2.connect(host="127.0.0.1", port=PORT, user=USER, password=password(), dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()


PART = Part("postgres", health=_health, prepare=_prepare, programs=_programs)
