"""One-token changes of a module, found in its syntax tree and written into its text.

A changed text keeps every line where it was.  Not changed are annotations, decorators, imports,
errors that are raised, the declarations of columns and whatever stands in quotes.
"""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

__all__ = ["Mutant", "importers_of", "mutants_of", "tables_of"]

Place = tuple[int, int]
Tables = dict[str, dict[str, str]]
"""Class -> its columns, each with its declared type."""

OPERATORS = {
    "+": "-", "-": "+", "*": "/", "/": "*", "//": "*", "%": "//", "**": "*", "@": "*",
    "&": "|", "|": "&", "^": "&", "<<": ">>", ">>": "<<", "and": "or", "or": "and",
}  # fmt: skip
COMPARISONS = {
    "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"), "==": ("!=",),
    "!=": ("==",), "is": ("is not",), "is not": ("is",), "in": ("not in",), "not in": ("in",),
}  # fmt: skip
FUNCTIONS = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum",
             "any": "all", "all": "any", "floor": "ceil", "ceil": "floor"}  # fmt: skip
# Their arguments may stand in any order.
SYMMETRIC = {"min", "max", "minimum", "maximum", "isinstance", "hypot"}
DECLARATIONS = {"column", "field", "NewType", "TypeVar"}


@dataclass(frozen=True)
class Mutant:
    """A change of the characters from `start` to `end`, each a line, from 1, and a column."""

    module: str
    start: Place
    end: Place
    old: str
    new: str
    becomes: str

    @property
    def change(self) -> str:
        """The change in words."""
        return " ".join(f"{self.old} -> {self.new or 'nothing'}".split())

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from others, also after lines have been added above it."""
        return self.module, self.change, self.becomes

    def write(self, text: str) -> str:
        """The text of the module with the change."""
        lines = text.splitlines(keepends=True)
        head = "".join(lines[: self.start[0] - 1]) + lines[self.start[0] - 1][: self.start[1]]
        tail = lines[self.end[0] - 1][self.end[1] :] + "".join(lines[self.end[0] :])
        # As many lines as before: what is compiled is filed under the number of its line.
        return head + self.new + tail


def tables_of(files: list[Path]) -> tuple[Tables, dict[str, set[str]]]:
    """Tables and records with their columns, and the classes that a variable's name stands for."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    tables = {
        node.name: {
            line.target.id: ast.unparse(line.annotation) + _declared_type(line.value)
            for line in node.body
            if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
        }
        for node in nodes
        if isinstance(node, ast.ClassDef)
        and {ast.unparse(base) for base in node.bases} & {"Table", "Record"}
    }
    names: dict[str, set[str]] = {}
    for node in nodes:
        target = node.arg if isinstance(node, ast.arg) else getattr(node, "target", None)
        name = target if isinstance(target, str) else getattr(target, "id", "")
        kind = getattr(node, "annotation", None)
        if name and kind is not None and ast.unparse(kind).strip("'\"") in tables:
            names.setdefault(name, set()).add(ast.unparse(kind).strip("'\""))
    return tables, names


def _declared_type(value: ast.expr | None) -> str:
    called = isinstance(value, ast.Call) and ast.unparse(value.func) == "column"
    return ast.unparse(value.args[0]) if called and value.args else ""  # type: ignore[union-attr]


def mutants_of(root: Path, module: str, tables: Tables, names: dict[str, set[str]]) -> list[Mutant]:
    """Every change of a module, from its first line to its last."""
    text = (root / module).read_text(encoding="utf-8")
    finder = _Finder(module, text, tables, names)
    finder.visit(ast.parse(text))
    return sorted(finder.found, key=lambda mutant: (mutant.start, mutant.end, mutant.new))


class _Finder(ast.NodeVisitor):
    def __init__(self, module: str, text: str, tables: Tables, names: dict[str, set[str]]) -> None:
        self.module, self.tables, self.names = module, tables, names
        self.lines = text.splitlines(keepends=True)
        self.tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        self.found: list[Mutant] = []

    def place(self, line: int, byte: int) -> Place:
        """Place in characters; syntax trees count bytes."""
        return line, len(self.lines[line - 1].encode()[:byte].decode())

    def start(self, node: Any) -> Place:
        return self.place(node.lineno, node.col_offset)

    def end(self, node: Any) -> Place:
        return self.place(node.end_lineno, node.end_col_offset)

    def segment(self, start: Place, end: Place) -> str:
        lines = self.lines[start[0] - 1 : end[0]]
        lines[-1] = lines[-1][: end[1]]
        return "".join(lines)[start[1] :]

    def add(self, start: Place, end: Place, new: str) -> None:
        old = self.segment(start, end)
        line = self.lines[start[0] - 1]
        rest = self.lines[end[0] - 1][end[1] :]
        becomes = " ".join((line[: start[1]] + new + rest).split())
        self.found.append(Mutant(self.module, start, end, old, new, becomes))

    def between(self, left: ast.AST, right: ast.AST) -> tuple[Place, Place, str]:
        """Place and text of the operator between two operands."""
        low, high = self.end(left), self.start(right)
        operator = [
            token
            for token in self.tokens
            if low <= token.start and token.end <= high
            and token.type in (tokenize.OP, tokenize.NAME) and token.string not in "()"
        ]  # fmt: skip
        text = " ".join(token.string for token in operator)
        return operator[0].start, operator[-1].end, text

    def exchange(self, left: ast.AST, right: ast.AST) -> None:
        start, end, operator = self.between(left, right)
        if operator.rstrip("=") in OPERATORS:
            assigned = "=" if operator.endswith("=") else ""
            self.add(start, end, OPERATORS[operator.rstrip("=")] + assigned)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if not any(_is_text(side) for side in (node.left, node.right)):
            self.exchange(node.left, node.right)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.exchange(node.target, node.value)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for left, right in pairwise(node.values):
            self.exchange(left, right)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for left, right in pairwise(sides):
            start, end, operator = self.between(left, right)
            for new in COMPARISONS[operator]:
                self.add(start, end, new)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.USub | ast.Not):
            line, column = self.start(node)
            word = "-" if isinstance(node.op, ast.USub) else "not "
            if self.lines[line - 1].startswith(word, column):
                self.add((line, column), (line, column + len(word)), "")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            new = repr(not value)
        elif isinstance(value, int):
            new = {0: "1", 1: "0"}.get(value, str(value + 1))
        elif isinstance(value, float):
            new = repr(value * 1.1) if value else "1.0"
        else:
            return
        self.add(self.start(node), self.end(node), new)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        base = ast.unparse(node.value).split(".")[-1]
        end = self.end(node)
        for name in sorted(self.names.get(base, ())):
            kind = self.tables[name].get(node.attr)
            alike = [column for column, other in self.tables[name].items() if other == kind]
            if kind is not None and len(alike) > 1:
                new = alike[(alike.index(node.attr) + 1) % len(alike)]
                self.add((end[0], end[1] - len(node.attr)), end, new)
                break
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        function = ast.unparse(node.func).split(".")[-1]
        if function in DECLARATIONS:
            return
        if function in FUNCTIONS:
            end = self.end(node.func)
            self.add((end[0], end[1] - len(function)), end, FUNCTIONS[function])
        if function not in SYMMETRIC:
            for one, other in pairwise(node.args):
                if isinstance(one, ast.Starred) or isinstance(other, ast.Starred):
                    continue
                ends = (self.start(one), self.end(one), self.start(other), self.end(other))
                first, gap, second = (self.segment(*ends[i : i + 2]) for i in range(3))
                if first != second:
                    self.add(ends[0], ends[3], second + gap + first)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for part in (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.body):
            self.visit(part)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in node.body:
            self.visit(part)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        # A type by another name is an annotation too.
        if not ast.unparse(node.value).startswith(("NDArray[", "Callable[", "tuple[", "dict[")):
            self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) != "TYPE_CHECKING":
            self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Texts of errors stay."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """What stands in a text stays: its place is not known before Python 3.12."""


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def importers_of(root: Path, packages: tuple[str, ...]) -> dict[str, set[str]]:
    """Module, as a path -> all modules, itself too, that import it by however many steps."""
    files = {
        path.relative_to(root).as_posix()
        for package in packages
        for path in (root / package).rglob("*.py")
    }
    direct: dict[str, set[str]] = {file: set() for file in files}
    for file in files:
        for needed in _imports(root, file) & files:
            direct[needed].add(file)
    result = {}
    for file in files:
        reached = fresh = {file}
        while fresh := {above for one in fresh for above in direct[one]} - reached:
            reached = reached | fresh
        result[file] = reached
    return result


def _imports(root: Path, file: str) -> set[str]:
    """Modules that a module names in its imports, by their possible paths."""
    tree = ast.parse((root / file).read_text(encoding="utf-8"))
    if not file.endswith("__init__.py"):
        # What compiled code is made of is imported when it runs; only faces import late.
        tree = _WithoutTypes().visit(tree)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            homes = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = ["innocluster", *Path(file).parts[: -node.level]] if node.level else []
            home = above + (node.module.split(".") if node.module else [])
            found.add("/".join([*home[1:], "__init__.py"]))
            homes = [home, *([*home, alias.name] for alias in node.names)]
        else:
            continue
        found |= {"/".join(home[1:]) + ".py" for home in homes}
    return found


class _WithoutTypes(ast.NodeTransformer):
    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else node
