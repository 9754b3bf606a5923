"""Versions of all that the lab runs, read from versions.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

VERSIONS: dict[str, str] = tomllib.loads((Path(__file__).with_name("versions.toml")).read_text())
