"""Judging on several machines: the engine of one machine, run by the workers of a Dask cluster.

Every worker judges a few files at a time as this machine would, in processes of its own with the
same limits, so a file that hangs or kills its reader costs that file alone here too.
"""

from __future__ import annotations

import contextlib
import logging
import math
import multiprocessing
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING

from workflow.model.errors import WorkspaceError
from workflow.model.returns import Return
from workflow.returned.context import Context
from workflow.returned.inbox import Received
from workflow.returned.workers.codec import decoded, encoded
from workflow.returned.workers.engine import Engine, judge_in_workers
from workflow.returned.workers.processes import without_interruption
from workflow.storage.tool_digest import tool_digest

if TYPE_CHECKING:
    from distributed import Client, Future

_AT_LEAST, _AT_MOST = 16, 256
_PER_WORKER = 4
_CONNECT_SECONDS = 10
_WORKER_SECONDS = 60
_MAY_HAVE_CHILDREN = {"distributed.worker.daemon": False}

Lines = list[bytes]
"""What judging each file gave, as extract_codec spells it."""


def dask_engine(scheduler: str | None) -> Engine:
    """Return an engine on a cluster; without a scheduler, on processes of this machine.

    Raises WorkspaceError where Dask is not installed.
    """
    try:
        import distributed  # noqa: F401 - only whether it is there
    except ImportError:
        raise WorkspaceError(
            "Daskが入っていません。python -m pip --python .venv install dask distributed を"
            "実行して入れるか、--engine を付けずに実行してください。"
        ) from None
    return _Cluster(scheduler).judge


class _Cluster:
    """A cluster by the address of its scheduler, or one of our own."""

    def __init__(self, scheduler: str | None) -> None:
        self._scheduler = scheduler

    def judge(self, files: Sequence[Received], context: Context) -> Iterator[tuple[Return, ...]]:
        """Yield the returns in every file, in order."""
        if not files:
            return
        with _settings(), self._client() as client:
            try:
                yield from _judged(client, files, context)
            except (ImportError, RuntimeError) as error:  # a missing module, or a graph of such
                raise WorkspaceError(
                    "Daskのスケジューラーかワーカーで、この道具を動かせません。どちらも run.py の"
                    "あるフォルダーで、環境変数 PYTHONPATH=. を付けて始めてください。"
                ) from error
            except (OSError, CancelledError) as error:
                raise WorkspaceError(
                    "Daskのスケジューラーとのつながりが切れたため、続けられませんでした。"
                    "始め直してから、もう一度実行してください。"
                ) from error

    @contextlib.contextmanager
    def _client(self) -> Iterator[Client]:
        from distributed import Client, LocalCluster  # 2,600 ms

        if self._scheduler is None:
            with without_interruption():
                cluster = LocalCluster(
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
            with cluster, Client(cluster) as client:
                yield client
            return
        try:
            client = Client(self._scheduler, timeout=_CONNECT_SECONDS)
        except (OSError, ValueError) as error:
            raise WorkspaceError(
                f"Daskのスケジューラー（{self._scheduler}）につながりません。"
                "アドレスと、動いているかを確かめてください。"
            ) from error
        with client:
            _await_workers(client)
            yield client


def _await_workers(client: Client) -> None:
    try:
        client.wait_for_workers(1, timeout=_WORKER_SECONDS)
    except OSError as error:  # what a timeout is, too
        raise WorkspaceError(
            "Daskのスケジューラーにワーカーが一つもつながっていません。ワーカーを始めてください。"
        ) from error


@contextlib.contextmanager
def _settings() -> Iterator[None]:
    """Let workers of ours have processes of their own, and keep what Dask logs off the screen."""
    import dask  # 800 ms

    # What was waited for in vain is complained of after the cluster was left.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with dask.config.set(_MAY_HAVE_CHILDREN), warnings.catch_warnings():
            # A round is a task, so that it outlives its worker, however large its register is.
            warnings.filterwarnings("ignore", "Sending large graph")
            yield
    finally:
        logger.setLevel(before)


def _judged(
    client: Client, files: Sequence[Received], context: Context
) -> Iterator[tuple[Return, ...]]:
    """Submit a few tasks ahead and yield what they give, in order."""
    # A task, not data laid out: whatever its worker dies of, it is made again elsewhere.
    sent = context.of_one_file().without_files()  # a worker may be on another machine
    known = client.submit(_same, sent, pure=False)
    workers = max(1, len(client.nthreads()))
    # Each task begins by handing the round to a process of its own, which takes as long as reading
    # a hundred files where the register is large: so few tasks, but enough to share the work.
    fair = math.ceil(len(files) / (_PER_WORKER * workers))
    at_once = min(_AT_MOST, max(_AT_LEAST, fair))
    chunks = [tuple(files[start : start + at_once]) for start in range(0, len(files), at_once)]
    waiting: deque[tuple[Sequence[Received], Future[Lines]]] = deque()
    for chunk in chunks:
        waiting.append((chunk, client.submit(_judge_some, chunk, known, tool_digest(), pure=False)))
        if len(waiting) >= _PER_WORKER * workers:
            yield from _result(client, *waiting.popleft(), context)
    while waiting:
        yield from _result(client, *waiting.popleft(), context)


def _result(
    client: Client, chunk: Sequence[Received], future: Future[Lines], context: Context
) -> list[tuple[Return, ...]]:
    from distributed import KilledWorker  # 2,600 ms, unless it is loaded already

    try:
        return [decoded(line) for line in _lines(client, future)]
    except KilledWorker:
        # Whatever ends worker after worker there, no file is lost: it is read here.
        return list(judge_in_workers(chunk, context))


def _lines(client: Client, future: Future[Lines]) -> Lines:
    """Return what a task gave. Raises WorkspaceError when no worker is left that could do it."""
    from distributed import wait  # 2,600 ms, unless it is loaded already

    while True:
        try:
            wait([future], timeout=_WORKER_SECONDS)
            return future.result(timeout=_WORKER_SECONDS)  # it may have gone with its worker
        except TimeoutError:
            if future.status == "error":
                raise
            _await_workers(client)


def _same(context: Context) -> Context:
    return context


def _judge_some(files: Sequence[Received], context: Context, tool: str) -> Lines:
    """Judge a few files on a worker of the cluster, in a process of its own."""
    if tool != tool_digest():
        raise WorkspaceError(
            "Daskのワーカーの道具かPythonの版が、この機械のものと違います。"
            "同じフォルダーの同じ版で、ワーカーを始め直してください。"
        )
    if multiprocessing.current_process().daemon:
        raise WorkspaceError(
            "Daskのワーカーが子プロセスを持てません。ワーカーを始めるときに、環境変数"
            " DASK_DISTRIBUTED__WORKER__DAEMON=False を付けてください。"
        )
    return [encoded(returns) for returns in judge_in_workers(files, context, workers=1)]
