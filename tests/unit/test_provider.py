import json
import os
import subprocess
import sys
from pathlib import Path

import airflow
import jsonschema
import pytest
from flink_chaos.provider import get_provider_info

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
LOOK = """
import json
from airflow.providers_manager import ProvidersManager
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime
found, kind = ProvidersManager(), "flink_sql_gateway"
print("RESULT" + json.dumps({
    "hook": found.hooks[kind]._asdict(),
    "task": ProvidersManagerTaskRuntime().hooks[kind]._asdict(),
    "form": found.field_behaviours[kind],
    "fields": sorted(widget.field_name for name, widget in found.connection_form_widgets.items() if kind in name),
}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What a fresh Airflow finds."""
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")), "PYTHONPATH": str(PLUGINS)}
    command = [sys.executable, "-W", "ignore", "-c", LOOK]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.partition("RESULT")[2])


@pytest.mark.parametrize("side", ["hook", "task"])
def test_airflow_finds_the_connection_type_and_its_hook(found, side):
    """For the API server and for tasks, by the installed distribution."""
    hook = found[side]
    assert hook.pop("hook_class_name") == "flink_chaos.hooks.sql_gateway.FlinkSqlGatewayHook"
    assert hook == {
        "connection_id_attribute_name": "flink_sql_gateway_conn_id",
        "package_name": "airflow-flink-chaos",
        "hook_name": "Flink SQL Gateway",
        "connection_type": "flink_sql_gateway",
        "connection_testable": True,
        "dialects": [],
    }


def test_the_form_has_every_field_of_the_connection(found):
    """Those of the extra under their own names."""
    assert found["fields"] == ["ca_bundle", "kubernetes_conn_id", "namespace", "properties", "service", "timeout"]
    assert found["form"]["relabeling"] == {"schema": "Database"}


def test_the_description_fits_airflows_schemas():
    """The one that Airflow reads, and the stricter one of its own providers for the connection types."""
    schemas = Path(airflow.__file__).parent
    info = get_provider_info()
    jsonschema.validate(info, json.loads((schemas / "provider_info.schema.json").read_text()))
    strict = json.loads((schemas / "provider.yaml.schema.json").read_text())["properties"]["connection-types"]
    jsonschema.validate(info["connection-types"], strict)


def test_the_description_agrees_with_the_code():
    """The modules exist, and the hook calls itself what the form calls it."""
    import importlib

    from flink_chaos.hooks.sql_gateway import FlinkSqlGatewayHook

    info = get_provider_info()
    for module in info["hooks"][0]["python-modules"]:
        importlib.import_module(module)
    told = info["connection-types"][0]
    assert (told["connection-type"], told["hook-name"]) == (FlinkSqlGatewayHook.conn_type, FlinkSqlGatewayHook.hook_name)
