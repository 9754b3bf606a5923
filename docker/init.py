"""Makes Airflow's database and the password of its user `admin`: `init.py URL`, the address to tell.

The password is AIRFLOW_PASSWORD, else the one of before, else a new one. Airflow itself would make one for each
container.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

USER = "admin"
FILE = "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
GIVEN = "AIRFLOW_PASSWORD"


def keep(file: Path, given: str) -> str:
    """Write the password, where there is none or another is wished; return it."""
    known = json.loads(file.read_text()).get(USER, "") if file.exists() else ""
    password = given or known or secrets.token_urlsafe(12)
    if password != known:
        file.touch(mode=0o600)
        file.write_text(json.dumps({USER: password}))
    return password


if __name__ == "__main__":
    subprocess.run(["airflow", "db", "migrate"], check=True)
    password = keep(Path(os.environ[FILE]), os.environ.get(GIVEN, ""))
    sys.stdout.write(f"Airflow: {sys.argv[1]}, user {USER}, password {password}\n")
