"""Flink SQL Gateway as an Airflow connection that stock SQL operators can use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow.providers.common.sql.hooks.sql import DbApiHook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Connection

    from flink_chaos.flink.dbapi import Connection as Database
    from flink_chaos.flink.gateway import Service, SqlGateway

PORT = 8083
KUBERNETES = "kubernetes_default"
STATEMENT_SECONDS = 3600
SYNCHRONOUS = {"table.dml-sync": "true"}
"""Else an INSERT is done when it is submitted, and a task is green whatever becomes of its job."""


class FlinkSqlGatewayHook(DbApiHook):
    """Runs Flink SQL in batch mode; every run has a session of its own.

    :param flink_sql_gateway_conn_id: connection of type `flink_sql_gateway`. Either its host is the gateway's
        (`host`, or `http[s]://host/path`), or its extra names a `service` in a `namespace`, which is reached through
        the API server of `kubernetes_conn_id`. Schema is the database to start in, `database` or `catalog.database`.
        Of the extra, `properties` are the session's, `timeout` the seconds a statement may take (3600), and
        `ca_bundle` a file with the authorities to trust.
    :param schema: instead of the connection's schema.
    :param properties: of the session, beside the connection's.
    """

    conn_name_attr = "flink_sql_gateway_conn_id"
    default_conn_name = "flink_sql_gateway_default"
    conn_type = "flink_sql_gateway"
    hook_name = "Flink SQL Gateway"
    strip_semicolon = True
    supports_autocommit = False  # there are no transactions: every statement counts at once
    supports_executemany = False
    _test_connection_sql = "SHOW CURRENT DATABASE"  # opens a session, and starts no Flink job as SELECT 1 does

    def __init__(
        self, *args: Any, schema: str | None = None, properties: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """Operators pass every key of the connection's extra; what is not named here is read from there."""
        kwargs.setdefault("escape_word_format", "`{}`")
        super().__init__(*args, schema=schema, **kwargs)
        self.schema = schema
        self.properties = properties

    def get_conn(self) -> Database:
        """Return a connection as PEP 249 has it; nothing is sent yet. Raises ValueError for a bad connection."""
        from flink_chaos.flink.dbapi import connect
        from flink_chaos.hooks.fields import extra_of

        extra_of(self.connection, self.hook_name)
        properties = SYNCHRONOUS | self._texts(self.connection_extra.get("properties")) | self._texts(self.properties)
        seconds = self._seconds(self.connection_extra.get("timeout"))
        return connect(self.gateway(), properties, self.schema or self.connection.schema or None, seconds)

    def _seconds(self, told: Any) -> float:
        try:
            seconds = float(told or STATEMENT_SECONDS)
        except (TypeError, ValueError):
            seconds = 0.0
        if not seconds > 0:
            raise self._wrong(f"timeout {told!r}. Write seconds")
        return seconds

    def gateway(self) -> SqlGateway:
        """Return the client below, for what SQL does not tell."""
        from flink_chaos.flink.gateway import SqlGateway

        service, host = self.connection_extra.get("service"), self.connection.host
        if bool(service) == bool(host):
            told = "both host and service" if host else "neither host nor service"
            raise self._wrong(f"{told}. Give the host of the gateway, or namespace and service in the extra")
        self._refuse_unused(("login", "password"), ("ca_bundle",) if service else ("namespace", "kubernetes_conn_id"))
        return SqlGateway(self._inside(service) if service else self._outside(self.connection))

    def _refuse_unused(self, credentials: tuple[str, ...], extra: tuple[str, ...]) -> None:
        """What is filled in and not used is a misunderstanding: somebody thinks that it protects or directs."""
        service = self.connection_extra.get("service")
        unused = [name for name in credentials if service and getattr(self.connection, name)]
        unused += [name for name in extra if self.connection_extra.get(name)]
        if unused:
            way = "through the API server" if service else "at its host"
            raise self._wrong(f"{', '.join(unused)} filled in, which is not used {way}. Remove it")

    def _inside(self, service: str) -> Service:
        from flink_chaos.cluster.proxy import ServiceProxy
        from flink_chaos.hooks.cluster import open_cluster

        extra = self.connection_extra
        if not extra.get("namespace"):
            raise self._wrong(f"service {service!r} without a namespace. Give the namespace in the extra")
        kubernetes = self.get_connection(extra.get("kubernetes_conn_id") or KUBERNETES)
        return ServiceProxy(open_cluster(kubernetes), extra["namespace"], service, self.connection.port or PORT)

    def _outside(self, connection: Connection) -> Service:
        from flink_chaos.flink.http import HttpService

        auth = (connection.login, connection.password or "") if connection.login else None
        return HttpService(self._address(connection), auth, self.connection_extra.get("ca_bundle"))

    def _address(self, connection: Connection) -> str:
        """A bare host means http and Flink's port, a URL the port of its scheme; the port field goes before both."""
        host = connection.host or ""
        url = urlsplit(host if "://" in host else f"http://{host}")
        if "@" in url.netloc:
            raise self._wrong("user and password in its host. Use login and password: they are masked in logs")
        port = None if url.port else connection.port or (None if "://" in host else PORT)
        return f"{url.scheme}://{url.netloc}{f':{port}' if port else ''}{url.path}"

    def _texts(self, properties: Any) -> dict[str, str]:
        """Flink takes texts only; in JSON people write true and 4."""
        if not isinstance(properties or {}, dict):
            raise self._wrong(f"properties {properties!r} are no JSON object. Write them as {{'name': 'value'}}")
        values = {name: str(value) for name, value in (properties or {}).items()}
        return {name: value.lower() if value in ("True", "False") else value for name, value in values.items()}

    def _wrong(self, what: str) -> ValueError:
        return ValueError(f"connection {self.get_conn_id()!r} (Flink SQL Gateway) has {what}")

    @staticmethod
    def _serialize_cell(cell: Any, conn: Any = None) -> Any:
        """For `insert_rows`: a value as it is. The cursor writes it as a literal of its own type."""
        del conn
        return cell
