import subprocess
import sys

import pytest

SCRIPT = """
import sys
from flink_chaos.cli.saying import say
for number in range(2000):
    say(f"line {number} " + "x" * 100)
print("done", file=sys.stderr)
sys.exit(3)
"""


@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_a_reader_that_is_gone_ends_nothing(reader):
    """Neither what is done nor the exit code, which tells the verdict; and Python complains of nothing."""
    program = ["bash", "-c", f'set -o pipefail; "{sys.executable}" -c "$0" | {reader}', SCRIPT]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
    assert "done" in done.stderr
    assert "BrokenPipe" not in done.stderr
    assert done.returncode == 3


def test_a_full_disk_ends_nothing():
    """Of whoever redirects the output into a file."""
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )
    assert (done.returncode, done.stderr) == (3, "done\n")
