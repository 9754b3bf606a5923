"""What the lab's API server says to the manifests, in a dry run: nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from docker import manifests
from lab.commands import run
from lab.paths import CHECKOUT, KUBECONFIG
from lab.workloads import documents

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.lab, pytest.mark.smoke]

SHARED, COMPOSE = CHECKOUT / "include" / "manifests", CHECKOUT / "docker" / "manifests"
FILES = sorted([*SHARED.glob("*.yaml"), *COMPOSE.glob("*.yaml")])


def dry_run(text: str) -> list[str]:
    """Names of the objects that the API server would take; raises LabError with its words when it refuses one."""
    options = ["--server-side", "--dry-run=server", "--force-conflicts", "--output=name", "--filename=-"]
    return run(["kubectl", f"--kubeconfig={KUBECONFIG}", "apply", *options], stdin=text).split()


def count(text: str) -> int:
    """Objects in the text."""
    return len([document for document in yaml.safe_load_all(text) if document])


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.parent.name}/{file.name}")
def test_every_manifest_is_valid_with_the_images_of_compose(file: Path):
    """The API server knows every field and takes every value."""
    images = yaml.safe_load((CHECKOUT / "docker-compose.yaml").read_text())["x-images"]
    text = manifests.rendered([file.parent], file.name, images)
    assert len(dry_run(text)) == count(text)


def test_the_labs_own_manifests_are_valid():
    """With the lab's images, and what only the lab has."""
    text = f"{documents.definitions()}\n---\n{documents.rendered()}"
    assert len(dry_run(text)) == count(text)
