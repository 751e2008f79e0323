"""Changes of one token: found where they should be, and nowhere else."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

from mutants import importers_of, mutants_of, tables_of

FIRMS = """
class FirmTable(Table):
    capital: Floats = column(np.float64, "KRW million", "capital", width=2)
    sales: Floats = column(np.float64, "KRW million", "sales a month")
    sector: Small = column(np.int16, "index", "sector")
"""

RULE = '''
"""A text with 1 + 1."""

from __future__ import annotations

Floats = NDArray[np.float64]


@decorated(inline=True)
def rule(firms: FirmTable, a: int | None = 3) -> float:
    """Sum of 2 and 3, × and ·."""
    if a is None or a < 0:
        raise ValueError(f"a is {a + 1}", 7)
    return min(firms.sales[a], 0.5) * (  # · a remark with + and -
        other(a, -firms.sector[a])
    )
'''


def changes(folder: Path) -> list[str]:
    (folder / "sim").mkdir()
    (folder / "sim" / "firms.py").write_text(FIRMS, encoding="utf-8")
    (folder / "sim" / "rule.py").write_text(RULE, encoding="utf-8")
    known = tables_of([folder / "sim" / "firms.py", folder / "sim" / "rule.py"])
    assert mutants_of(folder, "sim/firms.py", *known) == []
    found = mutants_of(folder, "sim/rule.py", *known)
    for mutant in found:
        changed = mutant.write(RULE)
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(RULE))
        assert changed.count("\n") == RULE.count("\n")
    return [mutant.change for mutant in found]


def test_every_token_is_changed_and_no_text(tmp_path: Path) -> None:
    """`firms.sector` is the only column of its type and has nothing to be taken for."""
    assert changes(tmp_path) == [
        "3 -> 4",
        "is -> is not",
        "or -> and",
        "< -> <=",
        "< -> >=",
        "0 -> 1",
        "min -> max",
        "sales -> capital",
        "0.5 -> 0.55",
        "* -> /",
        "a, -firms.sector[a] -> -firms.sector[a], a",
        "- -> nothing",
    ]


def test_whoever_imports_a_module_depends_on_it(tmp_path: Path) -> None:
    modules = {
        "agents/firms.py": "",
        "agents/__init__.py": "if TYPE_CHECKING:\n    from .firms import Firm as Firm\n",
        "sim/market/sales.py": "from innocluster.agents.firms import rule\n",
        "sim/run.py": "from .market import sales\n",
        "sim/month.py": "from . import run\n",
        "sim/view.py": "from innocluster.agents import Firm\n",
        "sim/types.py": "if TYPE_CHECKING:\n    from .market.sales import Sales\n",
    }
    for name, text in modules.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    importers = importers_of(tmp_path, ("agents", "sim"))
    above = {"sim/market/sales.py", "sim/run.py", "sim/month.py"}
    assert importers["sim/market/sales.py"] == above
    faces = {"agents/__init__.py", "sim/view.py"}
    assert importers["agents/firms.py"] == {"agents/firms.py", *faces, *above}


def test_the_list_of_changes_names_modules_that_exist() -> None:
    root = Path(__file__).parents[2]
    with (root / "benchmarks" / "mutants.csv").open(encoding="utf-8", newline="") as file:
        modules = {row["module"] for row in csv.DictReader(file)}
    assert {name for name in modules if not (root / name).is_file()} == set()
