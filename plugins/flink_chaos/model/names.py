"""Shapes of names and ids that others tell: what has no such shape goes into no path, selector or file name."""

from __future__ import annotations

import re
from enum import Enum

SHOWN = 60
"""Characters of a refused name that a message shows."""


class Shape(Enum):
    """What a name must look like to be used; the value is its pattern, and what a message calls it."""

    OBJECT = (r"(?!\.{1,2}\Z)[^/%?#\s\x00-\x1f\x7f-\x9f]{1,253}", "name of a Kubernetes object")
    POD = (r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", "name of a pod or node")
    LABEL = (r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?", "value of a label")
    FLINK_ID = (r"[0-9a-f]{32}", "id of Flink (32 hexadecimal digits)")
    HANDLE = (r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "handle of a SQL Gateway (a UUID)")
    PATH = (r"/?(?:(?!\.{1,2}(?:/|\Z))[A-Za-z0-9_.~-]+(?:/(?!\Z)|\Z))*", "path of a request")
    TOPIC = (r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,249}", "name of a topic")
    FILE = (r"(?!\.{1,2}\Z)[^/\x00]{1,255}", "name of a file")

    @property
    def told(self) -> str:
        """What it is, in words."""
        return self.value[1]

    def fits(self, name: object) -> bool:
        """Whether it is a text of this shape."""
        return isinstance(name, str) and re.fullmatch(self.value[0], name, re.ASCII) is not None

    def checked(self, name: object) -> str:
        """Return the name. Raises ValueError, in one line that shows its beginning, when it has another shape."""
        if isinstance(name, str) and self.fits(name):
            return name
        text = ascii(name if not isinstance(name, str) else name[:SHOWN])
        raise ValueError(f"{text[: 2 * SHOWN]} is no {self.told}")
