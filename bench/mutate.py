"""Mutation test of the verdict: break verdict/ at one place after the other, and see whether its tests notice.

python bench/mutate.py [MUTANT ...], with mutmut; `make mutate` installs it. docs/mutation.md says what was found.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".mutation"
"""A copy: mutmut names modules by their path below `src`, and ours are below `plugins`."""

SETTINGS = """\
[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/flink_chaos/verdict/*"]
also_copy = ["include"]
pytest_add_cli_args_test_selection = ["tests/unit/verdict"]
use_git_change_detection = false

[tool.pytest.ini_options]
pythonpath = [".", "src"]
addopts = ["--import-mode=importlib"]
"""
OUTCOMES = {0: "survived", 1: "killed", 3: "killed", 5: "untested", 33: "untested", 36: "timed out", -24: "timed out"}
"""mutmut's exit codes; all others are its own troubles."""


def main() -> int:
    """Copy, mutate, test; print a line for each module, then every survivor as a difference."""
    copy()
    mutmut = Path(sys.executable).with_name("mutmut")
    subprocess.run([mutmut, "run", "--max-children", "1", *sys.argv[1:]], cwd=WORK, check=True)
    survivors = tally()
    for name in survivors:
        subprocess.run([mutmut, "show", name], cwd=WORK, check=True)
    return 1 if survivors else 0


def copy() -> None:
    """Package, profiles and tests as they are now; the results of an earlier run go."""
    shutil.rmtree(WORK, ignore_errors=True)
    shutil.copytree(ROOT / "plugins" / "flink_chaos", WORK / "src" / "flink_chaos")
    for name in ("tests", "include"):
        shutil.copytree(ROOT / name, WORK / name)
    (WORK / "pyproject.toml").write_text(SETTINGS)


def tally() -> list[str]:
    """Print how many mutants of each module were killed; the names of those that were not."""
    survivors = []
    for meta in sorted((WORK / "mutants" / "src" / "flink_chaos" / "verdict").glob("*.meta")):
        codes = json.loads(meta.read_text())["exit_code_by_key"]
        told = {name: OUTCOMES.get(code, f"code {code}") for name, code in codes.items()}
        survivors += [name for name, outcome in told.items() if outcome != "killed"]
        print(f"{meta.name.removesuffix('.py.meta'):14} {len(told):5}  {dict(Counter(told.values()))}")
    return survivors


if __name__ == "__main__":
    sys.exit(main())
