"""`python -m lab`."""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 the person in front may have an older one
    sys.exit(f"lab: Python 3.11 or newer is needed, this is {sys.version.split()[0]}: call it with a newer one.")

from lab.cli import main

sys.exit(main())
