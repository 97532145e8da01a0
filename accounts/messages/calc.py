"""What staff type, as HTML: a little of Markdown, and nothing that could run or load."""

from __future__ import annotations

import re
from html import escape

_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_ITALIC = re.compile(r"\*([^*\n]+)\*")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\((https?://[^\s()<>]+|mailto:[^\s()<>]+)\)")
_ITEM = "- "


def as_html(text: str) -> str:
    """Paragraphs, lists of "- ", **bold**, *italic* and [links](https://…); all else is escaped."""
    blocks = re.split(r"\n\s*\n", text.strip().replace("\r\n", "\n"))
    return "\n".join(_block(block) for block in blocks if block.strip())


def _block(block: str) -> str:
    lines = [line.strip() for line in block.strip().split("\n")]
    if all(line.startswith(_ITEM) for line in lines):
        items = "".join(f"<li>{_inline(line.removeprefix(_ITEM))}</li>" for line in lines)
        return f"<ul>{items}</ul>"
    return f"<p>{'<br>'.join(_inline(line) for line in lines)}</p>"


def _inline(line: str) -> str:
    """Escaped first: what is put in afterwards is ours alone."""
    parts = _LINK.split(escape(line))
    shown = [_emphasis(parts[0])]
    for label, address, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        shown += [f'<a href="{address}">{_emphasis(label)}</a>', _emphasis(rest)]
    return "".join(shown)


def _emphasis(text: str) -> str:
    return _ITALIC.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", text))


def beginning(text: str, *, longest: int) -> str:
    """The text in one line without its signs, cut at a word."""
    lines = (line.strip().removeprefix(_ITEM) for line in text.split("\n"))
    plain = " ".join(_LINK.sub(r"\1", " ".join(lines)).replace("*", "").split())
    return plain if len(plain) <= longest else plain[:longest].rpartition(" ")[0] + " …"
