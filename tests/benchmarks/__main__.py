"""`python -m tests.benchmarks`: measure, and print a table of what we promise and what is so."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import again, city, cluster, collect, generate, growth, plan, reader
from tests.benchmarks.line import Line, left_out
from tests.benchmarks.machine import described
from tests.benchmarks.processes import ROOT, USERS_PYTHON, run
from tests.benchmarks.table import as_markdown, as_text

FIGURES: dict[str, Callable[[Bench], Iterator[Line]]] = {
    "reader": reader.measure,
    "plan": plan.measure,
    "collect": collect.measure,
    "city": city.measure,
    "generate": generate.measure,
    "growth": growth.measure,
    "again": again.measure,
    "dask": cluster.measure,
}


def main() -> None:
    """Measure what was asked for and print it; a figure that fails costs its own line alone."""
    arguments = _parser().parse_args()
    run([USERS_PYTHON, ROOT / "run.py", "--version"])  # what is compiled at first use is compiled
    with tempfile.TemporaryDirectory(prefix="torimatome-benchmarks-") as temporary:
        bench = _bench(arguments, Path(temporary))
        names = arguments.only or [n for n in FIGURES if n != "dask" or arguments.dask]
        lines = [line for name in names for line in _measured(name, bench)]
    print("\n".join(described()))
    print()
    print(as_markdown(lines) if arguments.markdown else as_text(lines))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=FIGURES, help="this figure alone")
    parser.add_argument("--returns", type=int, help="how many returns (1000; 60 with --quick)")
    parser.add_argument("--quick", action="store_true", help="small and once: to see it run")
    parser.add_argument("--cpu", action="store_true", help="CPU time: on a machine others use too")
    parser.add_argument("--growth", type=_sizes, metavar="N,…", help="so many returns (200,1000)")
    parser.add_argument("--dask", action="store_true", help="also collect --engine dask")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where rounds are kept for later")
    parser.add_argument("--markdown", action="store_true", help="a table for the README")
    return parser


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


def _bench(arguments: argparse.Namespace, temporary: Path) -> Bench:
    return Bench(
        folder=(arguments.keep or temporary).resolve(),
        returns=arguments.returns or (60 if arguments.quick else 1000),
        quick=arguments.quick,
        cpu=arguments.cpu,
        growth=arguments.growth or ((20, 60) if arguments.quick else (200, 1000)),
    )


def _measured(name: str, bench: Bench) -> Iterator[Line]:
    print(f"{name} …", file=sys.stderr, flush=True)
    try:
        yield from FIGURES[name](bench)
    except Exception as problem:
        # The others must go on, whatever it was.
        yield left_out(name, problem)
    finally:
        bench.clear()


if __name__ == "__main__":
    main()
