import json
import os
import subprocess
import sys

import pytest
from flink_chaos.cli.saying import complain, say, show

from tests.unit.poison import ACTING, acting_in

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


def test_nothing_that_is_said_acts_on_a_terminal(capsys):
    """Line breaks and tabs stay; on standard error too."""
    say(f"a\n\tb{ACTING}")
    show(f"c{ACTING}", end="")
    complain(f"d{ACTING}")
    told = capsys.readouterr()
    assert acting_in(told.out + told.err) == set()
    assert told.out.startswith("a\n\tb\\x00\\x01")
    assert told.err.startswith("flink-chaos: d\\x00")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_letter_that_a_terminal_does_not_have_is_its_escape(encoding):
    """It ends nothing, and neither does it silence what follows."""
    script = "from flink_chaos.cli.saying import say\nsay('≈ 5'); say('世')"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, env=os.environ | {"PYTHONIOENCODING": encoding}
    )
    assert done.stdout.decode(encoding) in ("≈ 5\n世\n", "\\u2248 5\n\\u4e16\n")


@pytest.mark.parametrize("word", ["::stop-commands::x", "  ::error file=a::b", "##vso[task.x]"])
def test_nothing_that_is_said_commands_a_build_server(capsys, word):
    """The first column of a table begins a line."""
    say(f"table\n{word} 1")
    show(word)
    complain(f"a\n{word}")
    told = capsys.readouterr()
    lines = (told.out + told.err).splitlines()
    assert not [line for line in lines if line.lstrip().startswith("::") or "##" in line]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_verdict_is_shown_as_it_is_stored(capsys, indent):
    """A row of a report may have a column called `token`, and is the user's own output."""
    verdict = json.dumps({"outcome": "PASS", "tables": {"words": [{"token": "the", "password": "x"}]}}, indent=indent)
    show(verdict)
    assert capsys.readouterr().out == f"{verdict}\n"
