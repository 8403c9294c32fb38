"""確定版_SHA256.txt: the digests a final version rests on, as sha256sum reads them."""

from __future__ import annotations

from collections.abc import Mapping

from workflow.compiled.recorded import recorded_files, recorded_outputs
from workflow.compiled.round import Round
from workflow.storage.journal import Journal
from workflow.storage.workspace import Workspace


def final_digests(workspace: Workspace, round_: Round, journal: Journal) -> dict[str, str]:
    """Return the digests of what was made, of the register and of every returned file, by path.

    What was made is as the journal has it. Paths are relative to the workspace, with slashes.
    """
    year, home = round_.year, workspace.home
    compiled, returned = (
        folder.relative_to(home).as_posix()
        for folder in (workspace.compiled(year), workspace.returned(year))
    )
    made = {f"{compiled}/{name}": made for name, made in recorded_outputs(journal).items()}
    register = {workspace.register(year).relative_to(home).as_posix(): round_.basis.register}
    files = {f"{returned}/{path}": f.sha256 for path, f in recorded_files(journal).items()}
    return {**made, **register, **files}


def digest_list(digests: Mapping[str, str]) -> bytes:
    """Return the list, sorted by path.

    `sha256sum -c` in the workspace's folder checks it; a name with a line break or a backslash is
    escaped as that program does.
    """
    lines = (_line(path, digests[path]) for path in sorted(digests) if digests[path])
    return "".join(lines).encode()


def _line(path: str, digest: str) -> str:
    escaped = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    mark = "\\" if escaped != path else ""
    return f"{mark}{digest}  {escaped}\n"
