import pytest
from airflow.sdk.exceptions import ParamValidationError
from flink_chaos.assembly.params import params
from flink_chaos.profiles.catalogue import Catalogue

from tests.unit.plans import a_plan


def test_bounds_are_an_object_in_the_form():
    """Of numbers and of the word; the plan looks at its names and values."""
    catalogue = Catalogue()
    field = params(catalogue, catalogue.fault("pod_delete"))["contract_bounds"]
    given = {"recovery_seconds": 60, "failed_checkpoints": "measured"}
    assert field.resolve() == {}
    assert a_plan(contract_bounds=field.resolve(given)).contract.to_measure == ["failed_checkpoints"]
    with pytest.raises(ParamValidationError):
        field.resolve("measured")
