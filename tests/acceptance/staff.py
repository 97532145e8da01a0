"""What staff do in the admin, click by click."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO

from openpyxl import load_workbook
from playwright.sync_api import Locator, expect

from tests.acceptance.browser import Visitor, content_of

SIDEBAR_SWITCH, ACTIONS_SWITCH = "dock_to_right", "more_horiz"


def open_list(staff: Visitor, group: str, entry: str) -> None:
    """An entry of the admin's menu; its groups unfold, and a phone hides the whole of it."""
    heading = staff.page.get_by_role("heading", name=re.compile(f"^{group}"))
    if not heading.is_visible():
        staff.page.get_by_text(SIDEBAR_SWITCH).filter(visible=True).click()
    link = staff.page.get_by_role("link", name=re.compile(rf"\b{entry}$")).first
    if not link.is_visible():
        heading.click()
    link.click()
    expect(staff.page.locator("#result_list")).to_be_visible()


def row_with(staff: Visitor, *texts: str) -> Locator:
    """The first row of the list that says all of this."""
    rows = staff.page.locator("#result_list tr")
    for text in texts:
        rows = rows.filter(has_text=text)
    return rows.first


def listed_invoices(staff: Visitor) -> dict[str, tuple[str, Decimal]]:
    """Company and total by number, as the page shows them."""
    open_list(staff, "Money", "Invoices")
    found = {}
    for row in staff.page.locator("#result_list tbody tr").all():
        number = row.locator("th, td").filter(has_text=re.compile("^(INV|CN)-")).first.inner_text()
        company = row.locator(".field-company, [class*=company]").first.inner_text()
        total = row.locator("[class*=field-total]").first.inner_text()
        found[number.strip()] = (company.strip(), _amount(total))
    return found


def exported_invoices(staff: Visitor) -> dict[str, tuple[str, Decimal]]:
    """The same from the workbook that the Export button of the list makes."""
    page = staff.page
    _open_export(staff)
    page.get_by_label("Format").select_option(label="XLSX (Excel)")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    sheet = load_workbook(BytesIO(content_of(waiting.value)), read_only=True).active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    columns = {str(name): position for position, name in enumerate(head)}
    return {
        str(row[columns["Number"]]): (
            str(row[columns["Company"]]),
            Decimal(str(row[columns["Total"]])),
        )
        for row in rows
    }


def _open_export(staff: Visitor) -> None:
    """The list's Export button, which a phone hides behind three dots."""
    export = staff.page.locator("a").filter(has_text=re.compile(r"\bExport\s*$"))
    if not export.is_visible():
        staff.page.get_by_text(ACTIONS_SWITCH).filter(visible=True).click()
    export.click()


def _amount(text: str) -> Decimal:
    """843.81 USD and 7,627 JPY."""
    return Decimal(text.split(maxsplit=1)[0].replace(",", ""))
