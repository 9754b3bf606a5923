"""Base layers: minimal Debian root file systems of the machine's own release, from its own package mirror."""

from __future__ import annotations

import platform
from pathlib import Path

from lab.artifacts.cache import cached, key_of
from lab.commands import LabError, run
from lab.versions import VERSIONS

FLINK_USER = "9999"
"""Uid of user `flink` in the Java base, as in Flink's official image. Hadoop's client needs a user with a name."""

PYTHON_PACKAGES = ("python3", "procps", "iproute2", "iptables", "libnetfilter-queue1", "ca-certificates")
"""iproute2, iptables and the library are what delays packets (experiments/network)."""

JAVA_PACKAGES = (f"openjdk-{VERSIONS['java']}-jre-headless", "procps", "iproute2", "ca-certificates")
UNUSED = ("doc", "man", "info", "locale", "i18n", "bash-completion", "lintian")
MANUALS_FOLDER = '--essential-hook=mkdir -p "$1"/usr/share/man/man1'
"""OpenJDK's installation fails without it."""

ADD_FLINK_USER = f'--customize-hook=chroot "$1" useradd --uid {FLINK_USER} --create-home --shell /bin/bash flink'


def python() -> Path:
    """Layer tar with Python 3 and the usual process and network tools."""
    return _rootfs("rootfs-python", PYTHON_PACKAGES, ())


def java() -> Path:
    """Layer tar with a Java runtime, the user `flink` and the usual process and network tools."""
    return _rootfs("rootfs-java", JAVA_PACKAGES, (MANUALS_FOLDER, ADD_FLINK_USER))


def _rootfs(name: str, packages: tuple[str, ...], hooks: tuple[str, ...]) -> Path:
    release = _release()
    options = [f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in UNUSED] + list(hooks)

    def bootstrap(folder: Path) -> None:
        command = ["mmdebstrap", "--variant=minbase", "--mode=root", f"--include={','.join(packages)}", *options]
        run([*command, release, folder / "rootfs.tar", *_sources(release)])

    return cached(name, key_of(release, *packages, *options), bootstrap) / "rootfs.tar"


def _release() -> str:
    return platform.freedesktop_os_release().get("VERSION_CODENAME", "bookworm")


def _sources(release: str) -> list[Path]:
    """The machine's apt sources for its own release: whatever mirror it uses, the images use."""
    folder = Path("/etc/apt/sources.list.d")
    known = [Path("/etc/apt/sources.list"), *sorted(folder.glob("*.sources")), *sorted(folder.glob("*.list"))]
    found = [file for file in known if file.is_file() and release in file.read_text()]
    if not found:
        raise LabError(f"/etc/apt: no source names the release {release}, so base images cannot be made; add Debian's.")
    return found
