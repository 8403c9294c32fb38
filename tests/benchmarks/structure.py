"""How the code is built: `python -m tests.benchmarks.structure [--before CHECKOUT]` prints a table.

With `--way` it prints instead, function by function, the way of a returned file's name.

What is counted, in `workflow/` alone and without `__init__.py`:

- a *place that asks for a field's type* is an `isinstance(…)` with a class called …Field, or a
  `case` whose pattern names one. *Look-ups by type* are counted beside them: `type(field)`,
  `type_name(…)`, and tables keyed by such classes, by their names, or by text, choice, number
  and date.
- an *import in a function body* is an import statement anywhere inside a function; one under
  `if TYPE_CHECKING` is none.
- a folder's files are all that are kept in it; `workflow/` itself is the first of the folders that
  count for *deep*.
- the *way of a returned file's name* is walked at run time, see name_trace.py.
"""

from __future__ import annotations

import argparse
import ast
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.name_trace import DEPTHS, Way, traced_ways

_SMALL_MODULE = 50
_MANY_FILES = 15
_TYPE_WORDS = frozenset({"text", "choice", "number", "date"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

Figures = Mapping[str, float]
"""What is counted → how much."""


@dataclass(frozen=True)
class Module:
    """One module: where it lies, its text and its syntax."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return len(self.text.splitlines())


def main() -> None:
    """Print the table of this checkout, beside another one where that is given."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.structure")
    parser.add_argument("--before", type=Path, metavar="CHECKOUT", help="the code to compare with")
    parser.add_argument("--way", action="store_true", help="list the functions on a name's way")
    arguments = parser.parse_args()
    if arguments.way:
        directly = next(traced_ways(Path.cwd()))
        print("\n".join(_listed(directly)))
        return
    before = figures(arguments.before.resolve()) if arguments.before else {}
    print("\n".join(_table(figures(Path.cwd()), before)))


def figures(root: Path) -> Figures:
    """Return what is counted in the checkout in a folder."""
    package = root / "workflow"
    modules = [_module(p) for p in sorted(package.rglob("*.py")) if p.name != "__init__.py"]
    counted: dict[str, float] = {**_of_modules(modules), **_of_folders(package)}
    with_type_checks = [
        module for module in modules if any(map(_asks_for_a_type, ast.walk(module.tree)))
    ]
    counted["places that ask for a field's type"] = _count(modules, _asks_for_a_type)
    counted["… in so many modules"] = len(with_type_checks)
    counted["look-ups by a field's type"] = _count(modules, _looks_up_by_type)
    counted["imports in function bodies"] = sum(_inner_imports(m.tree) for m in modules)
    for way in traced_ways(root):
        counted |= _of_way(way)
    return counted


def _module(path: Path) -> Module:
    text = path.read_text("utf-8")
    return Module(path, text, ast.parse(text))


def _of_modules(modules: Sequence[Module]) -> Figures:
    lines = [module.lines for module in modules]
    return {
        "modules": len(modules),
        "lines": sum(lines),
        f"modules under {_SMALL_MODULE} lines": sum(n < _SMALL_MODULE for n in lines),
        "median lines of a module": statistics.median(lines),
    }


def _of_folders(package: Path) -> Figures:
    kept = [p for p in package.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    files = [path for path in kept if path.name != "__init__.py"]
    folders = {path.parent for path in kept}
    full = [sum(path.parent == folder for path in files) for folder in folders]
    return {
        "loose modules at the top": sum(p.parent == package and p.suffix == ".py" for p in files),
        "folders": len(folders),
        f"folders with more than {_MANY_FILES} files": sum(n > _MANY_FILES for n in full),
        "deepest folder": max(len(f.relative_to(package.parent).parts) for f in folders),
    }


def _of_way(way: Way) -> Figures:
    what = f"a returned file's name, {DEPTHS[way.depth]}"
    return {
        f"{what}: functions": way.functions,
        f"{what}: modules": way.modules,
        f"{what}: changes of module": way.changes,
    }


def _count(modules: Sequence[Module], is_meant: Callable[[ast.AST], bool]) -> int:
    return sum(is_meant(node) for module in modules for node in ast.walk(module.tree))


def _asks_for_a_type(node: ast.AST) -> bool:
    if isinstance(node, ast.match_case):
        patterns = ast.walk(node.pattern)
        return any(isinstance(p, ast.MatchClass) and _is_field_class(p.cls) for p in patterns)
    if isinstance(node, ast.Call) and _name(node.func) == "isinstance":
        return any(_is_field_class(part) for part in ast.walk(node.args[1]))
    return False


def _looks_up_by_type(node: ast.AST) -> bool:
    if isinstance(node, ast.Dict):
        keys = [key for key in node.keys if key is not None]
        words = {key.value for key in keys if isinstance(key, ast.Constant)}
        named = any(isinstance(word, str) and word.endswith("Field") for word in words)
        return named or words >= _TYPE_WORDS or any(map(_is_field_class, keys))
    if isinstance(node, ast.Call) and len(node.args) == 1:
        of_field = "field" in ast.unparse(node.args[0])
        return _name(node.func) == "type_name" or (_name(node.func) == "type" and of_field)
    return False


def _is_field_class(node: ast.AST) -> bool:
    name = _name(node)
    return name.endswith("Field") and name[:1].isupper()


def _name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _inner_imports(tree: ast.Module) -> int:
    found = {
        node
        for function in ast.walk(tree)
        if isinstance(function, _FUNCTIONS)
        for node in _without_type_checking(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    return len(found)


def _without_type_checking(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and _name(child.test) == "TYPE_CHECKING"):
            yield child
            yield from _without_type_checking(child)


def _listed(way: Way) -> Iterator[str]:
    for module, functions in way.steps.items():
        yield f"{module}  {len(functions)}"
        for name, holding in functions.items():
            yield f"    {name}  ({holding})"
    yield f"{way.functions} functions, {way.modules} modules, {way.changes} changes of module"


def _table(now: Figures, before: Figures) -> Iterator[str]:
    width = max(map(len, now))
    for what, count in now.items():
        then = f"{before[what]:>10,.10g} → " if what in before else ""
        yield f"{what:<{width}}  {then}{count:>10,.10g}".rstrip()


if __name__ == "__main__":
    main()
