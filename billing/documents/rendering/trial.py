"""A new logo is drawn once in a process of its own, with so much time and memory and no more.

An SVG of a few kilobytes can ask for more work than a year has hours (masks of masks of masks), and
the typesetter cannot be stopped from within. What passes here is quick to draw ever after.
"""

import json
import resource
import subprocess
import sys
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import typst

from billing.documents.rendering.logos import flaw_of_logo, framed_logo
from billing.documents.rendering.typesetting import compile_pages

ROOT = Path(__file__).resolve().parents[3]
CPU_SECONDS = 4
# Of the clock on the wall: a busy machine is no fault of the logo.
WALL_SECONDS = 40
MEMORY_BYTES = 3 * 1024**3
TOO_ELABORATE = "the logo cannot be printed: it takes too long to draw; make it of fewer shapes"
PAGE = b'#image("logo.svg", width: 56mm, height: 15mm)'


@lru_cache(maxsize=32)
def flaw_in_trial(logo: bytes) -> str:
    """Why this picture cannot be printed, on paper or on the screen; empty when it can."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "billing.documents.rendering.trial"],
            input=logo,
            capture_output=True,
            timeout=WALL_SECONDS,
            cwd=ROOT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return TOO_ELABORATE
    if done.returncode:
        return TOO_ELABORATE
    flaw: str = json.loads(done.stdout)
    return flaw


def drawn(logo: bytes) -> str:
    """Draws it as documents and previews do."""
    if flaw := flaw_of_logo(logo):
        return flaw
    files = {"main.typ": PAGE, "logo.svg": framed_logo(logo)}
    try:
        compile_pages(files, pixels_per_inch=110, at=datetime(2000, 1, 1, tzinfo=UTC))
    except typst.TypstError as error:
        return f"the logo cannot be printed: {error.message}"
    return ""


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    sys.stdout.write(json.dumps(drawn(sys.stdin.buffer.read())))
