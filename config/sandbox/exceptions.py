"""What stops the sandbox with one sentence instead of a traceback."""

from __future__ import annotations


class SandboxError(Exception):
    """The machine is not as needed; the message is one sentence that says what to do."""
