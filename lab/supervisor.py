"""Keeps the lab's programs running, as systemd would: one supervisord for all, which outlives whoever called `up`.

supervisord runs from a copy in the cache, on the base interpreter: the clone that started it may vanish.
"""

from __future__ import annotations

import resource
import shlex
import shutil
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xmlrpc.client import Fault, ServerProxy

from lab.artifacts.cache import cached, key_of
from lab.commands import LabError, run
from lab.files import write_if_changed
from lab.paths import LOGS, RUN, STATE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MARK = "FLINK_CHAOS_LAB"
"""Environment variable of every process of the lab."""

SOCKET = RUN / "supervisor.sock"
CONFIG = STATE / "supervisor" / "supervisord.conf"
GROUPS = STATE / "supervisor" / "groups"
_LOCK = threading.Lock()
_OPEN_FILES = 65536
_ENDED = {"STOPPED", "EXITED", "FATAL"}


@dataclass(frozen=True)
class Program:
    """A process to be kept running; its output goes to `STATE/logs/<name>.log`."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None
    stop_signal: str = "TERM"

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return LOGS / f"{self.name}.log"


def start() -> None:
    """Start supervisord, unless it runs already."""
    if alive():
        return
    for folder in (LOGS, GROUPS, RUN):
        folder.mkdir(parents=True, exist_ok=True)
    write_if_changed(CONFIG, _main_section())
    package = _package()
    run(
        [_interpreter(), "-m", "supervisor.supervisord", "-c", CONFIG],
        env={**base_environment(), "PYTHONPATH": str(package)},
    )


def alive() -> bool:
    """Whether supervisord answers."""
    try:
        return bool(_server().getState()["statecode"] == 1)
    except (OSError, Fault):
        return False


def apply(group: str, programs: Sequence[Program]) -> None:
    """Make the group run exactly `programs`: unchanged ones are left alone, otherwise the group is replaced.

    What somebody stopped, or what was given up, is started again.
    """
    with _LOCK:
        write_if_changed(GROUPS / f"{group}.conf", render(group, programs))
        added, changed, _ = _server().reloadConfig()[0]
        if group in changed:
            _server().stopProcessGroup(group)
            _server().removeProcessGroup(group)
        if group in {*added, *changed}:
            _server().addProcessGroup(group)
        elif any(info["statename"] in _ENDED for info in processes(group)):
            _server().startProcessGroup(group)


def restart(group: str) -> None:
    """End the group's programs and start them again."""
    _server().stopProcessGroup(group)
    _server().startProcessGroup(group)


def processes(group: str) -> list[dict[str, Any]]:
    """What supervisord knows of the group: `name`, `statename`, `start` (epoch seconds), `pid`, `spawnerr` of each."""
    try:
        everything = _server().getAllProcessInfo()
    except (OSError, Fault):
        return []
    return [info for info in everything if info["group"] == group]


def render(group: str, programs: Sequence[Program]) -> str:
    """The configuration of one group."""
    names = ",".join(program.name for program in programs)
    return "\n\n".join([f"[group:{group}]\nprograms={names}", *(_section(program) for program in programs)]) + "\n"


def _section(program: Program) -> str:
    lines = {
        "command": _escape(shlex.join(str(word) for word in program.command)),
        "environment": _escape(",".join(f"{name}={_quote(value)}" for name, value in program.environment.items())),
        "directory": program.directory or "/",
        "stdout_logfile": program.log,
        "stdout_logfile_maxbytes": "20MB",
        "stdout_logfile_backups": 1,
        "redirect_stderr": "true",
        "autorestart": "true",
        "startretries": 1000,
        "stopsignal": program.stop_signal,
        "stopwaitsecs": 20,
        "stopasgroup": "true",
        "killasgroup": "true",
    }
    body = "\n".join(f"{key}={value}" for key, value in lines.items() if value != "")
    return f"[program:{program.name}]\n{body}"


def _escape(text: str) -> str:
    return text.replace("%", "%%")


def _quote(value: str) -> str:
    if "'" in value or "\n" in value:
        raise LabError(f"an environment value must hold neither quote nor line break: {value!r}")
    return f"'{value}'"


def _main_section() -> str:
    soft = min(_OPEN_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    folder = CONFIG.parent
    return f"""[unix_http_server]
file={SOCKET}
chmod=0700

[supervisord]
logfile={LOGS}/supervisord.log
logfile_maxbytes=20MB
logfile_backups=1
pidfile={folder}/supervisord.pid
childlogdir={folder}
minfds={soft}
user=root

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{SOCKET}

[include]
files = {GROUPS}/*.conf
"""


def base_environment() -> dict[str, str]:
    """Nothing of the caller's environment but what every program needs: the lab is the same for every caller."""
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {MARK: "1", "PATH": path, "HOME": str(Path.home()), "LANG": "C.UTF-8", "TZ": "UTC"}


def _package() -> Path:
    try:
        import supervisor  # noqa: PLC0415 doctor and help must work without it
    except ImportError as error:
        raise LabError(f"{sys.executable} lacks the package supervisor: install requirements.lock into it.") from error
    source = Path(supervisor.__file__).parent

    def copy_to(folder: Path) -> None:
        shutil.copytree(source, folder / "supervisor", ignore=shutil.ignore_patterns("__pycache__", "tests"))

    return cached("supervisor", key_of((source / "version.txt").read_text()), copy_to)


def _interpreter() -> Path:
    return Path(sys.executable).resolve()


def _server() -> Any:
    from supervisor.xmlrpc import SupervisorTransport  # noqa: PLC0415 see _package

    return ServerProxy("http://127.0.0.1", transport=SupervisorTransport(None, None, f"unix://{SOCKET}")).supervisor
