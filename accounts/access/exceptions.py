"""Refusals: what every domain rule raises when it says no."""

from __future__ import annotations

from collections.abc import Mapping

JSONValue = str | int | float | bool | None | list["JSONValue"] | dict[str, "JSONValue"]


class Refused(Exception):
    """A rule says no. The API answers `status` with `code` and `detail`; the portal shows `detail`.

    `attr` is the field that is to blame (dotted for nested ones), `extra` travels in the error
    object beside the code (`missing`, the gateway's `decline_code`). Folders declare subclasses
    in their `exceptions.py`; actions raise them inside their transaction, which rolls back.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        attr: str | None = None,
        status: int = 400,
        extra: Mapping[str, JSONValue] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.attr = attr
        self.status = status
        self.extra: dict[str, JSONValue] = dict(extra or {})


class NotAllowed(Refused):
    """The actor's role or permissions do not reach that far."""

    def __init__(self, detail: str, *, code: str = "permission_denied") -> None:
        super().__init__(code, detail, status=403)
