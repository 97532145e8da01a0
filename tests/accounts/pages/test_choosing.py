"""Columns of a list and saved views of it, on the list of transactions."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from django.test import Client
from djmoney.money import Money

from accounts.companies.models import Company
from accounts.pages.models import ColumnChoice, SavedView
from accounts.people.models import Member, Role
from tests.factories import NOW, make_company, pay_in, use
from tests.portal import browser, make_member, signed_in

pytestmark = pytest.mark.django_db
ADDRESS, LISTS = "/portal/transactions/", "/portal/lists/transactions"
STANDARD = ["Date", "Kind", "Description", "Document", "Amount", "Balance after"]


@pytest.fixture
def company() -> Company:
    """100.00 paid in and 1.00 used."""
    company = make_company()
    pay_in(company, Money(100, "USD"))
    use(company, net="1.00")
    return company


@pytest.fixture
def member(company: Company) -> Member:
    return make_member(company)


@pytest.fixture
def client(member: Member) -> Client:
    return signed_in(member)


def heads(html: str) -> list[str]:
    cells = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html)
    return [re.sub(r"<[^>]+>", "", cell) for cell in cells]


def offered(html: str) -> list[tuple[str, bool]]:
    """The boxes of the form of columns: name, and whether it is checked."""
    boxes = re.findall(r'type="checkbox" name="columns" value="(\w+)"( checked)?', html)
    return [(name, bool(checked)) for name, checked in boxes]


def choose(client: Client, *columns: str, query: str = "", **act: str) -> str:
    """Send the form of columns; where it leads."""
    sent = {"columns": list(columns), "query": query, **act}
    return client.post(f"{LISTS}/columns/", sent).headers["Location"]


def keep(client: Client, name: str, query: str, **more: str) -> str:
    """Save what the address shows; where it leads."""
    answer = client.post(f"{LISTS}/views/", {"name": name, "query": query, **more})
    return answer.headers["Location"]


def test_chosen_columns_are_remembered_in_their_order_for_the_person_alone(
    client: Client, company: Company
) -> None:
    assert heads(client.get(ADDRESS).text) == STANDARD
    assert choose(client, "amount", "kind", query="kind=usage&cursor=x") == f"{ADDRESS}?kind=usage"
    assert heads(client.get(ADDRESS).text) == ["Amount", "Kind"]
    assert heads(browser(company, Role.ADMIN).get(ADDRESS).text) == STANDARD


def test_the_rows_name_cannot_be_left_out(client: Client) -> None:
    choose(client, "amount")
    assert heads(client.get(ADDRESS).text) == ["Kind", "Amount"]


def test_the_address_may_say_other_columns_than_those_remembered(client: Client) -> None:
    choose(client, "amount", "kind")
    html = client.get(ADDRESS, {"columns": "kind,currency,nonsense,kind"}).text
    assert heads(html) == ["Kind", "Currency"]
    assert heads(client.get(ADDRESS, {"columns": "nonsense"}).text) == ["Amount", "Kind"]


def test_reset_brings_the_lists_own_columns_back(client: Client) -> None:
    choose(client, "kind")
    choose(client, "kind", reset="1")
    assert heads(client.get(ADDRESS).text) == STANDARD
    assert not ColumnChoice.objects.exists()


def test_without_a_script_the_arrows_answer_with_the_form_in_the_new_order(client: Client) -> None:
    order = ["at", "kind", "amount", "balance_after", "description", "document", "currency"]
    sent = {"order": order, "columns": ["at", "kind", "amount"], "up": "amount"}
    html = client.post(f"{LISTS}/columns/", sent).text
    assert offered(html)[:3] == [("at", True), ("amount", True), ("kind", True)]
    assert offered(html)[3:] == [(name, False) for name in order[3:]]
    assert heads(client.get(ADDRESS).text) == STANDARD  # nothing is kept before Apply
    last = client.post(f"{LISTS}/columns/", sent | {"up": "", "down": "at"}).text
    assert offered(last)[0] == ("at", True)  # "up" of nothing moves nothing


def test_the_form_is_a_page_too(client: Client) -> None:
    html = client.get(f"{LISTS}/columns/").text
    assert [name for name, checked in offered(html) if not checked] == ["currency"]


def exported(client: Client, query: dict[str, str]) -> list[dict[str, str]]:
    answer = client.get(ADDRESS, query)
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


def test_an_export_follows_the_chosen_columns_with_the_currency_of_their_amounts(
    client: Client,
) -> None:
    choose(client, "amount", "kind")
    expected = [
        {"amount": "-1.00", "kind": "Usage", "currency": "USD"},
        {"amount": "100.00", "kind": "Payment", "currency": "USD"},
    ]
    rows = exported(client, {"export": "csv"})
    assert rows == expected
    assert list(rows[0]) == ["amount", "kind", "currency"]
    assert exported(client, {"export": "csv", "columns": "kind"}) == [
        {"kind": "Usage"},
        {"kind": "Payment"},
    ]
    lines = client.get(ADDRESS, {"export": "jsonl"}).getvalue().decode().splitlines()
    assert [json.loads(line) for line in lines] == expected


@pytest.mark.parametrize(("role", "status"), [(Role.FINANCE, 200), (Role.VIEWER, 403)])
def test_a_viewer_reads_and_does_not_export(company: Company, role: Role, status: int) -> None:
    client = browser(company, role)
    assert client.get(ADDRESS, {"export": "csv"}).status_code == status
    assert ("data-export" in client.get(ADDRESS).text) is (status == 200)


def test_a_view_keeps_filters_order_page_size_and_columns(client: Client) -> None:
    query = "kind=usage&kind=payment&sort=oldest&limit=50&columns=kind,amount&cursor=x&view=all"
    leads_to = keep(client, "Month end", query)
    view = SavedView.objects.get()
    assert view.query == "kind=usage&kind=payment&sort=oldest&limit=50&columns=kind%2Camount"
    assert leads_to == f"{ADDRESS}?{view.query}&view={view.pk}"
    html = client.get(leads_to).text
    assert heads(html) == ["Kind", "Amount"]
    assert re.search(r'aria-current="true">Month end</a>', html)
    assert "Save changes" not in html


def test_what_differs_from_the_view_can_become_the_view(client: Client) -> None:
    leads_to = keep(client, "Month end", "kind=usage")
    view = SavedView.objects.get()
    changed = leads_to.replace("kind=usage", "kind=payment")
    assert "Save changes" in client.get(changed).text
    client.post(f"/portal/views/{view.pk}/update/", {"query": changed.partition("?")[2]})
    view.refresh_from_db()
    assert view.query.startswith("kind=payment&columns=")
    assert "Save changes" not in client.get(changed).text


def test_the_list_opens_with_the_default_view_unless_asked_for_all(client: Client) -> None:
    first = keep(client, "First", "kind=usage", is_default="on")
    assert client.get(ADDRESS).headers["Location"] == first
    second = keep(client, "Second", "kind=payment", is_default="on")
    assert client.get(ADDRESS).headers["Location"] == second
    html = client.get(ADDRESS, {"view": "all"}).text
    assert ("Usage" in html, 'href="?view=all" aria-current="true"' in html) == (True, True)
    filtered = client.get(ADDRESS, {"kind": "usage"}).text
    assert 'class="tg-chip" href="?view=all"' in filtered  # not the default view again
    typed = client.get(ADDRESS, headers={"HX-Target": "list"})
    assert "Usage" in typed.text


def test_a_view_is_renamed_and_deleted_after_asking(client: Client) -> None:
    keep(client, "Old", "kind=usage")
    address = f"/portal/views/{SavedView.objects.get().pk}/"
    client.post(address, {"name": "New", "is_default": "on"})
    assert SavedView.objects.values_list("name", "is_default").get() == ("New", True)
    assert "Delete the view New?" in client.post(f"{address}delete/").text
    client.post(f"{address}delete/", {"confirmed": "1"})
    assert not SavedView.objects.exists()


def test_two_views_of_a_list_have_different_names(client: Client) -> None:
    keep(client, "Mine", "kind=usage")
    answer = client.post(f"{LISTS}/views/", {"name": "mine", "query": "kind=payment"})
    assert "You have a view of this name already." in answer.text
    assert 'value="kind=payment"' in answer.text  # nothing is lost of what was asked
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "\x00"])
def test_a_name_that_is_none_is_refused_beside_the_field(client: Client, name: str) -> None:
    answer = client.post(f"{LISTS}/views/", {"name": name, "query": "kind=usage"})
    assert answer.status_code == 200
    assert not SavedView.objects.exists()


def test_more_filters_than_a_view_can_keep_are_refused(client: Client) -> None:
    query = "&".join(["kind=usage"] * 300)
    answer = client.post(f"{LISTS}/views/", {"name": "Much", "query": query})
    assert "more filters than a view can keep" in answer.text


def test_a_colleagues_view_is_not_ones_own(client: Client, company: Company) -> None:
    keep(client, "Mine", "kind=usage")
    view = SavedView.objects.get()
    colleague = browser(company, Role.ADMIN)
    for address in ("", "update/", "delete/"):
        path = f"/portal/views/{view.pk}/{address}"
        assert colleague.post(path, {"name": "Theirs", "confirmed": "1"}).status_code == 404
    assert "Mine" not in colleague.get(ADDRESS).text
    assert SavedView.objects.get().name == "Mine"


def test_a_view_belongs_to_one_company_of_the_person(client: Client, member: Member) -> None:
    keep(client, "Here", "kind=usage")
    other = make_company()
    Member.objects.create(user=member.user, company=other, role=Role.OWNER, joined_at=NOW)
    client.post("/portal/company/", {"company": str(other.pk)})
    assert "Here" not in client.get(ADDRESS).text
    assert client.get(f"/portal/views/{SavedView.objects.get().pk}/").status_code == 404


def test_a_list_that_is_none_is_not_found(client: Client) -> None:
    assert client.get("/portal/lists/nothing/columns/").status_code == 404
    assert client.post("/portal/lists/nothing/views/", {"name": "x"}).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["sims", "charges", "invoices", "transactions", "payments", "recharges", "top-ups", "team"],
)
def test_every_list_shows_all_its_columns_when_they_are_chosen(client: Client, name: str) -> None:
    names = [one for one, _ in offered(client.get(f"/portal/lists/{name}/columns/").text)]
    path = f"/portal/lists/{name}/columns/"
    address = client.post(path, {"columns": names}).headers["Location"]
    html = client.get(address).text
    assert [one for one, checked in offered(html) if checked or one] == names
    assert client.get(address, {"export": "csv"}).status_code == 200
