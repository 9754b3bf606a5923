from __future__ import annotations

import pytest

from lab.commands import LabError
from lab.images.python_layer import pinned_requirements

LOCK = """\
# made by pip-compile
alpha==1.0 \\
    --hash=sha256:aa
    # via project (pyproject.toml)
beta[extra]==2.0 \\
    --hash=sha256:bb
    # via
    #   alpha
    #   other
gamma==3.0 \\
    --hash=sha256:cc
    # via beta
other==4.0 \\
    --hash=sha256:dd
    # via project (pyproject.toml)
"""


def test_only_what_a_package_needs():
    pinned = pinned_requirements(LOCK, ("alpha",))
    assert [line.split(" ")[0] for line in pinned.splitlines() if "==" in line] == [
        "alpha==1.0",
        "beta[extra]==2.0",
        "gamma==3.0",
    ]
    assert "sha256:dd" not in pinned


def test_a_package_that_is_not_pinned():
    with pytest.raises(LabError, match="delta"):
        pinned_requirements(LOCK, ("delta",))
