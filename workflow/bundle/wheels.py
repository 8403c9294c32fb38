"""The wheels a PC needs: the pinned requirements that apply to it, fetched and checked by pip."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from packaging.requirements import Requirement

from workflow.bundle.target import Target
from workflow.model.errors import WorkspaceError
from workflow.storage.files import sha256

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


def _pip(target: Target) -> list[str]:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
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
