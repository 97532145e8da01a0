"""`python -m bench [names]`: run the benchmarks, print a table, write bench.json.

Every module of this package with a NAME takes part; `run()` answers its Figures. They run one
after the other on a database of their own, on the server of DATABASE_URL or on an embedded one.
A run counts only if the books agree after it.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

import bench
from bench.database import own_database

OUTPUT = Path("bench.json")
HEADER = ("", "value", "yardstick", "ratio", "min … max", "target", "")


def modules(names: list[str]) -> list[ModuleType]:
    """The benchmarks of that name, all without names, in the order of their numbers."""
    found = [
        importlib.import_module(f"bench.{each.name}")
        for each in pkgutil.iter_modules(bench.__path__)
        if not each.ispkg and each.name != "__main__"
    ]
    measured = [module for module in found if hasattr(module, "NAME")]
    known = {module.NAME for module in measured}
    if unknown := set(names) - known:
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there is {sorted(known)}.")
    chosen = [module for module in measured if not names or module.NAME in names]
    return sorted(chosen, key=lambda module: (len(module.NAME), module.NAME))


def main() -> None:
    results: dict[str, dict[str, object]] = {}
    with own_database():
        findings = importlib.import_module("bench.audit").findings
        print("{:<8}{:>22}{:>18}{:>10}{:>18}{:>10}  {}".format(*HEADER))
        for module in modules(sys.argv[1:]):
            results[module.NAME] = dict(module.run()) | {"findings": findings()}
            print(line(module.NAME, results[module.NAME]))
    OUTPUT.write_text(json.dumps(results, indent=2) + "\n")
    print(f"Written to {OUTPUT.resolve()}.")
    if any(result["findings"] for result in results.values()):
        sys.exit("The books do not agree: these figures do not count.")


def line(name: str, result: dict[str, object]) -> str:
    """One row of the table."""
    value, unit = f"{result['value']:,.6g}", str(result["unit"])
    span = f"{result['ratio_min']:.2f} … {result['ratio_max']:.2f}"
    is_met = _meets(float(str(result["ratio"])), float(str(result["target"])), unit)
    verdict = "met" if is_met else "missed"
    more = "".join(f", {key} {result[key]:.1f}" for key in ("p50_ms", "p99_ms") if key in result)
    return (
        f"{name:<8}{value + ' ' + unit:>22}{result['yardstick']:>18,.6g}{result['ratio']:>10.2f}"
        f"{span:>18}{result['target']:>10g}  {verdict}{more}"
    )


def _meets(ratio: float, target: float, unit: str) -> bool:
    """Rates want to be high, times low."""
    return ratio <= target if unit in ("ms", "s") else ratio >= target


if __name__ == "__main__":
    main()
