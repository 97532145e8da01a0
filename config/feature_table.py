"""The tables of docs/features.md: what each feature does, and which test shows it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from features import catalog, kinds
from features.declarations import AnyFeature

BEGIN, END = "<!-- written by manage.py describe_features -->", "<!-- end -->"


class Verification(NamedTuple):
    """A test that is marked to show what a position of a feature does."""

    key: str
    position: str
    path: str
    test: str


def positions(feature: AnyFeature) -> tuple[str, str]:
    """What a test can show of a feature."""
    return ("on", "off") if isinstance(feature.kind, kinds.Switch) else ("default", "changed")


def verifications(root: Path) -> list[Verification]:
    """All marked tests below `root`/tests, in order of path and line."""
    return [
        Verification(key, position, str(path.relative_to(root)), test.name)
        for path in sorted((root / "tests").rglob("test_*.py"))
        for test in ast.walk(ast.parse(path.read_text()))
        if isinstance(test, ast.FunctionDef)
        for key, position in _marks(test)
    ]


def described(page: str, root: Path) -> str:
    """The page with its tables written anew."""
    head, _, rest = page.partition(BEGIN)
    _, _, foot = rest.partition(END)
    return f"{head}{BEGIN}\n\n{tables(verifications(root))}\n{END}{foot}"


def tables(found: list[Verification]) -> str:
    """Features, then billing settings."""
    shown: dict[tuple[str, str], list[Verification]] = defaultdict(list)
    for each in found:
        shown[each.key, each.position].append(each)
    lines = [
        "## Features",
        "",
        "| key | type · default | on, or what it sets | off | seen in | verified by |",
        "|---|---|---|---|---|---|",
        *(_row(feature, shown) for feature in catalog.FEATURES),
        "",
        "## Billing settings",
        "",
        "| key | type · default | what it sets | off | seen in | verified by |",
        "|---|---|---|---|---|---|",
        *(_row(setting, shown) for setting in catalog.SETTINGS),
        "",
    ]
    return "\n".join(lines)


def _marks(test: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """The arguments of `pytest.mark.verifies(...)`, also where it marks one parameter."""
    for decorator in test.decorator_list:
        for node in ast.walk(decorator):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.verifies":
                key, position = (ast.literal_eval(argument) for argument in node.args)
                yield key, position


def _row(feature: AnyFeature, shown: dict[tuple[str, str], list[Verification]]) -> str:
    verified = [
        f"{position}: {', '.join(map(_link, tests))}"
        for position in positions(feature)
        if (tests := shown[feature.key, position])
    ]
    cells = [
        f"`{feature.key}`",
        f"{feature.kind.name} · {_default(feature)}",
        feature.when_on or feature.help or feature.title,
        feature.when_off or "–",
        ", ".join(feature.changes) + (" · **charges**" if feature.changes_charges else ""),
        "<br>".join(verified) or "–",
    ]
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _link(found: Verification) -> str:
    return f"[{found.test.removeprefix('test_').replace('_', ' ')}](../{found.path})"


def _default(feature: AnyFeature) -> str:
    default = feature.default_json()
    if isinstance(default, bool):
        return "on" if default else "off"
    return "empty" if default in (None, "") else str(default)
