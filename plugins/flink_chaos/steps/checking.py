"""What a check of the preflight may say beside yes and no."""

from __future__ import annotations


class PreflightWarning(Exception):  # noqa: N818
    """Something that a run may go on with."""
