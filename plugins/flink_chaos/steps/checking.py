"""What the checks of the preflight have in common."""

from __future__ import annotations


class PreflightWarning(Exception):  # noqa: N818
    """Something that a run may go on with."""
