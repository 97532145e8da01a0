"""The words of the portal and of the mails: found in the templates and in the code.

Django's own template parser and Babel's reader of Python do the reading, so that the catalogs
hold exactly what is looked up at run time, and nothing beside the requirements is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePath

from babel.messages.extract import extract
from django.template import Engine
from django.template.base import Template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

APPS = ("accounts", "billing", "config", "features", "telecom")
TEMPLATES = "templates"
# What only staff see stays English: by place, never by wording.
STAFF_FOLDERS = {"admin", "staff", "management", "migrations"}
STAFF_MODULES = re.compile(r"^(admin|staff_\w+)\.py$")
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "_t": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_ARGUMENT = re.compile(r"""_\((?:"([^"]+)"|'([^']+)')\)""")


@dataclass(frozen=True, order=True)
class Phrase:
    """What is looked up: `plural` is empty for what is not counted."""

    text: str
    plural: str = ""
    context: str = ""


def phrases(root: Path) -> set[Phrase]:
    """Every phrase marked in the portal, the mails and the code behind them."""
    found: set[Phrase] = set()
    for path in templates(root):
        found.update(phrases_of_template(path.read_text()))
    for path in modules(root):
        found.update(phrases_of_module(path.read_bytes()))
    return found


def templates(root: Path) -> list[Path]:
    """The pages and mails that customers see."""
    return [
        path
        for path in sorted((root / TEMPLATES).rglob("*"))
        if path.suffix in {".html", ".txt"} and not is_for_staff(path.relative_to(root))
    ]


def modules(root: Path) -> list[Path]:
    return [
        path
        for app in APPS
        for path in sorted((root / app).rglob("*.py"))
        if not is_for_staff(path.relative_to(root))
    ]


def is_for_staff(path: PurePath) -> bool:
    """Whether a file is about pages that only staff see."""
    return bool(STAFF_FOLDERS & set(path.parts[:-1]) or STAFF_MODULES.match(path.name))


def phrases_of_template(source: str) -> Iterator[Phrase]:
    nodes = Template(source, engine=Engine.get_default()).nodelist
    for word in nodes.get_nodes_by_type(TranslateNode):
        assert isinstance(word, TranslateNode)
        # A variable's words are marked where they are written.
        if word.filter_expression.var.literal is not None:
            yield Phrase(str(word.filter_expression.var.literal))
    for block in nodes.get_nodes_by_type(BlockTranslateNode):
        assert isinstance(block, BlockTranslateNode)
        singular, _ = block.render_token_list(block.singular)
        plural, _ = block.render_token_list(block.plural) if block.plural else ("", [])
        yield Phrase(singular, plural)
    for double, single in _ARGUMENT.findall(source):
        yield Phrase(double or single)


def phrases_of_module(source: bytes) -> Iterator[Phrase]:
    for _line, message, _comments, context in extract("python", BytesIO(source), KEYWORDS):
        text, plural = message if isinstance(message, tuple) else (message, "")
        if text:
            yield Phrase(text, plural, context or "")
