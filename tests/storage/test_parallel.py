from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

import pytest

from workflow.storage import parallel
from workflow.storage.parallel import beside
from workflow.storage.parallel import in_parallel as mapped


@pytest.fixture(autouse=True)
def worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for least in ("_WORTH_A_FORK", "_WORTH_A_SPAWN"):
        monkeypatch.setattr(parallel, least, 8)


def shifted(by: int, number: int) -> tuple[int, int]:
    return number + by, os.getpid()


def failing(by: int, number: int) -> int:
    raise ValueError(number)


@pytest.mark.parametrize("count", [0, 1, 5, 100])
def test_results_come_in_order(count: int) -> None:
    found = list(mapped(shifted, 10, range(count)))
    assert [number for number, _ in found] == [n + 10 for n in range(count)]


def test_few_things_are_done_in_this_process() -> None:
    assert {process for _, process in mapped(shifted, 1, range(3))} == {os.getpid()}


def test_with_one_processor_each_thing_is_done_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    done: list[int] = []

    def note(_: int, number: int) -> None:
        done.append(number)

    next(iter(mapped(note, 1, range(50))))
    assert done == [0]


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor only")
def test_many_things_are_done_in_others() -> None:
    assert os.getpid() not in {process for _, process in mapped(shifted, 1, range(50))}


def test_what_goes_wrong_there_goes_wrong_here() -> None:
    with pytest.raises(ValueError, match="0"):
        list(mapped(failing, 1, range(50)))


@pytest.mark.skipif(not parallel.can_fork(), reason="there it is made when it is asked for")
def test_one_thing_is_done_beside_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    waiting = beside(os.getpid)
    assert waiting() != os.getpid()


def test_one_thing_is_done_here_where_there_is_one_processor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert beside(os.getpid)() == os.getpid()


@pytest.mark.parametrize("end", [lambda: os._exit(1), lambda: sys.exit(1)])
def test_what_does_not_come_to_its_end_beside_is_done_here(
    end: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            end()
        return os.getpid()

    assert beside(work)() == here


def test_what_goes_wrong_beside_goes_wrong_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    waiting = beside(partial(failing, 1, 5))
    with pytest.raises(ValueError, match="5"):
        waiting()


def stuck(sign: int, _: int) -> None:
    os.write(sign, b".")
    time.sleep(600)


@pytest.mark.skipif(not parallel.can_fork(), reason="elsewhere nothing is inherited")
@pytest.mark.parametrize(
    "work",
    ["list(parallel.in_parallel(stuck, 1, range(50)))", "parallel.beside(partial(stuck, 1, 0))()"],
)
def test_no_process_outlives_one_that_was_killed(work: str) -> None:
    """They hold all that it held, the lock of its round too, and so what it writes to."""
    program = f"""if True:
        import os
        from functools import partial
        from tests.storage.test_parallel import stuck
        from workflow.storage import parallel
        os.cpu_count = lambda: 2
        {work}
    """
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.read(1) == b"."
        process.kill()
        process.communicate(timeout=30)


@pytest.mark.skipif(not parallel.can_fork(), reason="there few things are done here")
def test_half_of_a_few_things_is_done_by_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    found = list(mapped(shifted, 1, range(11)))
    here = os.getpid()
    assert [number for number, _ in found] == [*range(1, 12)]
    assert [process == here for _, process in found] == [True] * 6 + [False] * 5
