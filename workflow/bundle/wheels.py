"""The PC a bundle is for, and the wheels it needs: pinned, fetched and checked by pip."""

from __future__ import annotations

import email
import importlib.util
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from packaging.requirements import Requirement

from workflow.model.errors import WorkspaceError
from workflow.python.dataclass import dataclass
from workflow.storage.files import sha256

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class System:
    """A system: what pip calls its wheels, the best first, and what requirements call it."""

    wheels: tuple[str, ...]
    sys_platform: str
    os_name: str
    platform_system: str
    platform_machine: str
    shown: str


_LINUX = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")
_LINUX_TAGS = tuple(f"{name}_x86_64" for name in _LINUX)
_MAC_TAGS = tuple(f"macosx_{version}_0_arm64" for version in (14, 13, 12, 11))

SYSTEMS = {
    "win_amd64": System(("win_amd64",), "win32", "nt", "Windows", "AMD64", "Windows（64ビット）"),
    "linux_x86_64": System(_LINUX_TAGS, "linux", "posix", "Linux", "x86_64", "Linux（64ビット）"),
    "macosx_arm64": System(_MAC_TAGS, "darwin", "posix", "Darwin", "arm64", "macOS"),
}
"""The systems a bundle can be made for, by the name --platform gives them."""


@dataclass(frozen=True, slots=True)
class Target:
    """A system by its name, and a Python as (3, 12)."""

    platform: str
    python: tuple[int, int]

    @property
    def system(self) -> System:
        """What is known about the system."""
        return SYSTEMS[self.platform]

    @property
    def is_windows(self) -> bool:
        """Whether a double click starts it by run.bat, which Windows alone knows."""
        return self.system.os_name == "nt"

    @property
    def python_text(self) -> str:
        """The Python as people write it."""
        return ".".join(map(str, self.python))

    @property
    def name(self) -> str:
        """What the bundle is called, without the ending of a file."""
        return f"torimatome_{self.platform}_py{''.join(map(str, self.python))}"

    def environment(self) -> dict[str, str]:
        """Return what the markers of requirements ask about (PEP 508)."""
        return {
            "python_version": self.python_text,
            "python_full_version": f"{self.python_text}.0",
            "implementation_name": "cpython",
            "implementation_version": f"{self.python_text}.0",
            "platform_python_implementation": "CPython",
            "sys_platform": self.system.sys_platform,
            "os_name": self.system.os_name,
            "platform_system": self.system.platform_system,
            "platform_machine": self.system.platform_machine,
            "platform_release": "",
            "platform_version": "",
        }


def target(platform: str, python: str) -> Target:
    """Return the PC that is asked for. Raises WorkspaceError with what can be asked for."""
    if platform not in SYSTEMS:
        raise WorkspaceError(f"--platform は、{'、'.join(SYSTEMS)} のどれかを指定してください。")
    match = re.fullmatch(r"(\d+)\.(\d+)", python)
    version = (int(match[1]), int(match[2])) if match else (0, 0)
    if version < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        raise WorkspaceError(f"--python は、3.12 のように、{oldest} 以上で指定してください。")
    return Target(platform, version)


_HASH = re.compile(r"--hash=\S+")
_SHOWN_ERROR = 300  # of what pip says last, so many characters are shown


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel to install; licence is as its own metadata states it."""

    file: str
    content: bytes
    name: str
    version: str
    licence: str

    @property
    def sha256(self) -> str:
        """The digest requirements.txt demands."""
        return sha256(self.content)


def requirements_for(target: Target, requirements: str) -> str:
    """Return the requirements that apply to a target, with their hashes and without markers.

    pip evaluates markers for the Python it runs in, not for the target.
    """
    lines = (_for(target, statement) for statement in _statements(requirements))
    return "".join(f"{line}\n" for line in lines if line)


def fetch(target: Target, requirements: str) -> tuple[Wheel, ...]:
    """Return every wheel a target needs, by name. Raises WorkspaceError when pip fails."""
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder, "requirements.txt")
        asked.write_text(requirements_for(target, requirements), encoding="utf-8")
        wheels = Path(folder, "wheels")
        command = [*_pip(target), "--requirement", str(asked), "--dest", str(wheels)]
        # What is run is pip; only the names of a known system and of a Python come from the person.
        done = subprocess.run(command, capture_output=True)  # noqa: S603
        if done.returncode:
            facts = done.stderr.decode("utf-8", "replace").strip()[-_SHOWN_ERROR:]
            raise WorkspaceError(
                f"必要な部品をそろえられませんでした。ネットワークを確かめてください（{facts}）。"
            )
        return tuple(_wheel(path) for path in sorted(wheels.iterdir()))


def python_with_pip() -> str:
    """Return this Python, or the one it was made from: run.py puts no pip into .venv needlessly."""
    own = importlib.util.find_spec("pip")
    return sys.executable if own else str(getattr(sys, "_base_executable", sys.executable))


def _pip(target: Target) -> list[str]:
    command = [python_with_pip(), "-m", "pip", "download", "--quiet"]
    command += ["--disable-pip-version-check"]
    command += ["--no-input", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    command += ["--implementation", "cp", "--python-version", target.python_text]
    return command + [part for tag in target.system.wheels for part in ("--platform", tag)]


def _statements(requirements: str) -> Iterator[str]:
    """Yield each requirement with its hashes, on one line."""
    plain = "\n".join(line.split("#")[0].rstrip() for line in requirements.splitlines())
    return (s.strip() for s in plain.replace("\\\n", " ").splitlines() if s.strip())


def _for(target: Target, statement: str) -> str:
    requirement = Requirement(_HASH.sub("", statement).strip())
    marker = requirement.marker
    if marker and not marker.evaluate(target.environment()):
        return ""
    return " ".join([f"{requirement.name}{requirement.specifier}", *_HASH.findall(statement)])


def _wheel(path: Path) -> Wheel:
    content = path.read_bytes()
    with zipfile.ZipFile(BytesIO(content)) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        facts = email.message_from_bytes(archive.read(name))
    classified = [c.split(" :: ")[-1] for c in facts.get_all("Classifier", []) if "License" in c]
    licence = facts.get("License-Expression") or "、".join(classified) or facts.get("License", "")
    lines = str(licence).strip().splitlines() or [""]
    return Wheel(path.name, content, str(facts["Name"]), str(facts["Version"]), lines[0])
