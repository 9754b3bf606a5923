from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from experiments.network.namespace import network_of, process_of

if TYPE_CHECKING:
    from pathlib import Path

UID = "0f3c2a1b-1111-2222-3333-444455556666"
V1 = f"12:pids:/kubepods/burstable/pod{UID}/0123abc\n1:name=systemd:/kubepods/burstable/pod{UID}/0123abc\n"
SYSTEMD = f"0::/kubepods.slice/kubepods-burstable-pod{UID.replace('-', '_')}.slice/cri-containerd-0123abc.scope\n"
RELATIVE = f"0::/../../kubepods-pod{UID.replace('-', '_')}.slice/cri-containerd-0123abc.scope\n"


@pytest.mark.parametrize("text", [V1, SYSTEMD, RELATIVE])
def test_a_pods_process_is_known_by_its_cgroup(tmp_path, text):
    """Version 1 and 2, both cgroup drivers, and seen from another cgroup namespace; the lowest number is taken."""
    for number, content in ((7, "0::/init.scope\n"), (20, text), (100, text)):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "cgroup").write_text(content)
    (tmp_path / "self").mkdir()
    (tmp_path / "8").mkdir()
    assert process_of(UID, tmp_path) == 20
    assert process_of("another-uid", tmp_path) is None


@pytest.fixture
def proc(tmp_path) -> Path:
    """Processes 1 and 2 in a network, 3 in another."""
    networks = {1: tmp_path / "machine", 2: tmp_path / "machine", 3: tmp_path / "pod"}
    for number, network in networks.items():
        network.touch()
        folder = tmp_path / "proc" / str(number) / "ns"
        folder.mkdir(parents=True)
        (folder / "net").symlink_to(network)
    return tmp_path / "proc"


def test_a_network_stays_open_and_is_closed(proc):
    """So that a revert is possible when the process is gone."""
    with network_of(3, proc) as file:
        assert os.path.samestat(os.fstat(file), (proc / "3" / "ns" / "net").stat())
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(file)


def test_the_machines_own_network_is_refused(proc):
    """All of the node would be hit."""
    with pytest.raises(PermissionError, match="of the machine"), network_of(2, proc):
        pass
