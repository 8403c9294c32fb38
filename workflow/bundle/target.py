"""The PC a bundle is for: its system and its Python, in the words of pip and of markers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workflow.model.errors import WorkspaceError

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
        """Whether a double click on run.bat can start the tool."""
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
