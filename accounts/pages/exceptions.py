"""What is refused about views of lists."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from accounts.access.exceptions import Refused


class ViewNameTaken(Refused):
    """A person's views of one list have different names."""

    def __init__(self) -> None:
        super().__init__("view_exists", _t("You have a view of this name already."), attr="name")


class ViewTooLong(Refused):
    """More filters than are kept."""

    def __init__(self) -> None:
        super().__init__("view_too_long", _t("These are more filters than a view can keep."))
