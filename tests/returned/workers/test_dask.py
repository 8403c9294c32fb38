"""On a cluster everything comes out as on one machine, even when a worker is killed half-way."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.city import COLLECTED_AT, City, full_texts
from tests.engine import HERE, judge_here
from tests.harness.harmful_paths import DeadlyPath, SwellingPath
from workflow.__main__ import main
from workflow.commands.collect import collect
from workflow.model.errors import WorkspaceError
from workflow.returned.context import Context
from workflow.returned.inbox import Received, scan
from workflow.returned.workers.dask import dask_engine
from workflow.storage.files import sha256
from workflow.storage.workspace import Workspace

if TYPE_CHECKING:
    from distributed import LocalCluster

YEAR = 2023


@contextlib.contextmanager
def cluster_of(workers: int) -> Iterator[LocalCluster]:
    """Yield a cluster of so many worker processes that anybody on this machine may use."""
    dask = pytest.importorskip("dask", reason="dask is not installed")
    distributed = pytest.importorskip("distributed", reason="distributed is not installed")
    with (
        dask.config.set({"distributed.worker.daemon": False}),
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        ) as started,
    ):
        yield started


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Yield a cluster of two workers."""
    with cluster_of(2) as started:
        yield started


@pytest.fixture
def answered(city: City) -> City:
    """A round with good returns, a bad one, a copy and a letter."""
    city.generate()
    for hours, department in enumerate(("GAKKO", "KOREI", "FUKUSHI")):
        city.send_back(department, full_texts(city.plan), hours=hours)
    city.send_back("KIKI", full_texts(city.plan, 評価="とても良い"))
    shutil.copy2(city.returned("GAKKO.xlsx"), city.returned("課/写し.xlsx"))
    city.returned("送付状.pdf").write_bytes(b"%PDF-1.7")
    return city


def compiled(city: City) -> dict[str, str]:
    folder = city.workspace.compiled(YEAR)
    paths = [p for p in folder.rglob("*") if p.is_file() and ".extracts" not in p.parts]
    return {str(p.relative_to(folder)): sha256(p.read_bytes()) for p in paths}


def test_a_cluster_compiles_the_same_bytes(
    answered: City, cluster: LocalCluster, tmp_path: Path
) -> None:
    other = City(Workspace(Path(shutil.copytree(answered.home, tmp_path / "別"))))
    answered.collect()
    reading = replace(HERE, engine=dask_engine(cluster.scheduler_address), use_cache=True)
    collect(other.workspace, YEAR, COLLECTED_AT, reading)
    assert compiled(other) == compiled(answered)
    assert len(compiled(other)) >= 6


def context_of(city: City) -> Context:
    from workflow.templates.register_file import load_issued_register

    register = load_issued_register(city.workspace.templates(YEAR), YEAR)
    return Context(city.plan, {YEAR: register}, YEAR)


def test_without_a_scheduler_this_machine_is_the_cluster(answered: City) -> None:
    pytest.importorskip("distributed", reason="distributed is not installed")
    files, context = scan(answered.workspace.returned(YEAR)), context_of(answered)
    judged = list(dask_engine(None)(files, context))
    assert judged == list(judge_here(files, context))
    assert list(dask_engine(None)((), context)) == []


@pytest.mark.skipif(sys.platform == "win32", reason="uses signals")
def test_a_worker_killed_half_way_loses_nothing(answered: City, cluster: LocalCluster) -> None:
    for number in range(60):
        shutil.copy2(answered.returned("GAKKO.xlsx"), answered.returned(f"写し{number:03}.xlsx"))
    files, context = scan(answered.workspace.returned(YEAR)), context_of(answered)
    judging = dask_engine(cluster.scheduler_address)(files, context)
    judged = [next(judging)]
    os.kill(next(iter(cluster.workers.values())).process.pid, signal.SIGKILL)
    judged += judging
    assert judged == list(judge_here(files, context))


def test_without_any_worker_left_it_is_reported(
    answered: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.returned.workers.dask._WORKER_SECONDS", 1)
    for number in range(60):
        shutil.copy2(answered.returned("GAKKO.xlsx"), answered.returned(f"写し{number:03}.xlsx"))
    with cluster_of(1) as lonely:
        engine = dask_engine(lonely.scheduler_address)
        judging = engine(scan(answered.workspace.returned(YEAR)), context_of(answered))
        next(judging)
        lonely.scale(0)
        with pytest.raises(WorkspaceError, match="一つもつながっていません"):
            list(judging)


@pytest.mark.skipif(sys.platform == "win32", reason="uses signals")
@pytest.mark.parametrize("harm", [DeadlyPath, SwellingPath])
def test_a_harmful_file_costs_that_file_alone_on_a_cluster_too(
    answered: City, cluster: LocalCluster, harm: type[Path]
) -> None:
    first, *rest = scan(answered.workspace.returned(YEAR))
    path = harm(answered.home / "harm.xlsx")
    files = (first, Received("harm.xlsx", path, 1, first.received, regular=True), *rest)
    judged = list(dask_engine(cluster.scheduler_address)(files, context_of(answered)))
    assert [f.code.name for r in judged[1] for f in r.findings] == ["FILE_READER_DIED"]
    assert [judged[0], *judged[2:]] == list(judge_here((first, *rest), context_of(answered)))


def refused(city: City, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Assert that a collect could not run and reported it in one sentence; return that."""
    assert main(["collect", "--year", str(YEAR), "--home", str(city.home), *arguments]) == 2
    shown = capsys.readouterr()
    (line,) = shown.err.splitlines()
    assert (shown.out, line[-1]) == ("", "。")
    return line


def test_without_dask_it_is_explained_how_to_install_it(
    answered: City, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "pip --python .venv install" in refused(answered, capsys, "--engine", "dask")


def test_a_scheduler_that_is_not_there_is_named(
    answered: City, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="distributed is not installed")
    monkeypatch.setattr("workflow.returned.workers.dask._CONNECT_SECONDS", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    assert address in refused(answered, capsys, "--engine", "dask", "--scheduler", address)
    assert "tcx" in refused(answered, capsys, "--engine", "dask", "--scheduler", "tcx://a:1")


def test_a_scheduler_without_its_engine_is_refused(
    answered: City, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "--engine dask" in refused(answered, capsys, "--scheduler", "tcp://127.0.0.1:8786")
