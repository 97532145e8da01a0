"""Usage, charges and reservations as a customer's program sees them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from djmoney.money import Money

from accounts.companies.models import Company
from billing.catalog.terms import PriceTerms
from billing.metering.models import Charge, UsageReject
from config import clock
from tests.accounts.access.client import Api, error_of
from tests.billing.metering.usage import MB, money_of
from tests.factories import make_company, make_plan, make_subscription, new_key, pay_in

pytestmark = pytest.mark.django_db

CompanyApi = Callable[[Company], Api]


def a_record(name: str, subject: str = "sim", quantity: object = MB, **more: object) -> object:
    at = clock.now() - timedelta(hours=1)
    return {
        "id": name,
        "subject": subject,
        "started_at": at.strftime("%Y-%m-%dT%H:00:00Z"),
        "quantity": quantity,
        **more,
    }


def test_usage_is_rated_and_committed_when_the_answer_comes(staff_api: Api) -> None:
    company = make_company(tax_percent=Decimal(20))
    make_subscription(company, make_plan(PriceTerms(Decimal("0.10"))), subject="sim")

    body = {"source": "crm", "records": [a_record("1"), a_record("1"), a_record("2", "nobody")]}
    answer = staff_api.send("usage/", body)

    assert answer.status_code == 200
    told = answer.json()
    assert (told["accepted"], told["duplicates"], told["conflicts"]) == (1, 1, 0)
    assert told["rejected"] == [
        {
            "index": 2,
            "id": "2",
            "code": "unknown_subject",
            "detail": "No subscription had this subject at that time",
        }
    ]
    charge = told["charges"][0]
    assert (charge["record_id"], charge["amount"], charge["tax"]) == ("1", "0.1", "0.02")
    assert (charge["unit_price"], charge["currency"]) == ("0.000000095367431640625", "USD")
    assert money_of(company) == Decimal("-0.12")


def test_lines_of_json_and_of_csv_are_records_too(staff_api: Api) -> None:
    make_subscription(make_company(), subject="sim")
    lines = json.dumps(a_record("1")) + "\nnot json\n\n" + json.dumps(a_record("2"))
    table = "id,subject,started_at,quantity,country\n3,sim,2026-03-01T10:00:00Z,5,DE\n4,sim,x,5,\n"

    ndjson = staff_api.post(
        "/api/v1/usage/?source=crm", lines, content_type="application/x-ndjson"
    ).json()
    text = staff_api.post("/api/v1/usage/?source=crm", table, content_type="text/csv").json()

    assert (ndjson["accepted"], ndjson["rejected"][0]["index"]) == (2, 1)
    assert (text["accepted"], text["rejected"][0]["code"]) == (1, "invalid_time")


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"records": []}, "source"),
        ({"source": "crm"}, "records"),
        ({"source": "crm", "records": {}}, "records"),
        ({"source": "crm", "records": None}, "records"),
        ({"source": 5 * ["x"], "records": []}, "source"),
        ({"source": "", "records": []}, "source"),
        ({"source": "x" * 65, "records": []}, "source"),
        ({"source": "tollgate:hold", "records": []}, "source"),
        ({"source": "a\x00b", "records": []}, "source"),
        ([], "non_field_errors"),
        ("text", "non_field_errors"),
    ],
)
def test_only_a_wrong_envelope_is_refused_as_a_whole(
    staff_api: Api, body: object, attr: str
) -> None:
    status, _, told = error_of(staff_api.send("usage/", body))
    assert (status, told) == (400, attr)


@pytest.mark.parametrize(
    "raw",
    [
        '{"source": "crm", "records": [{"id": "\\u0000"}]}',
        '{"source": "crm", "records": [{"id": "\\ud800"}]}',
        '{"source": "crm", "records": [{"id": "1", "quantity": 1e400}]}',
        '{"source": "crm", "records": [{"id": "1", "quantity": 123456789012345678901234567890}]}',
        '{"source": "crm", "records": [[], 5, null, "x", {}]}',
    ],
)
def test_bad_text_inside_a_record_is_the_records_own_fault(staff_api: Api, raw: str) -> None:
    answer = staff_api.post("/api/v1/usage/", raw, content_type="application/json")
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert answer.json()["rejected"]


def test_a_company_sends_usage_of_its_own_subjects_only(company_api: CompanyApi) -> None:
    own, stranger = make_company(), make_company()
    make_subscription(own, subject="own")
    make_subscription(stranger, subject="strange")

    records = [a_record("1", "own"), a_record("2", "strange")]
    told = company_api(own).send("usage/", {"source": "app", "records": records}).json()

    assert (told["accepted"], told["rejected"][0]["code"]) == (1, "unknown_subject")
    assert money_of(stranger) == 0
    rejected = company_api(own).read("usage/rejected/").json()["results"]
    assert [(row["record_id"], row["source"]) for row in rejected] == [("2", "app")]
    assert company_api(stranger).read("usage/rejected/").json()["results"] == []


def test_rejects_are_listed_and_replayed(staff_api: Api) -> None:
    staff_api.send("usage/", {"source": "crm", "records": [a_record("1"), a_record("2", "no")]})
    make_subscription(make_company(), subject="sim")

    listed = staff_api.read("usage/rejected/", code="unknown_subject").json()["results"]
    told = staff_api.send("usage/rejected/replay/", {"source": "crm"}).json()

    assert {row["record_id"] for row in listed} == {"1", "2"}
    assert listed[0]["record"]["subject"] in ("sim", "no")
    assert (told["accepted"], len(told["rejected"])) == (1, 1)
    assert UsageReject.objects.filter(charge_id=None).count() == 1


def test_what_is_refused_again_is_told_apart_by_its_place_among_all(staff_api: Api) -> None:
    for source in ("crm", "switch"):
        staff_api.send("usage/", {"source": source, "records": [a_record("1", "no")]})
    told = staff_api.send("usage/rejected/replay/", {}).json()
    assert [(part["index"], part["id"]) for part in told["rejected"]] == [(0, "1"), (1, "1")]


@pytest.mark.parametrize("missing", ["started_at", "quantity"])
def test_a_field_that_is_missing_is_called_missing(staff_api: Api, missing: str) -> None:
    record = {name: part for name, part in dict(a_record("1")).items() if name != missing}  # type: ignore[call-overload]
    [refused] = staff_api.send("usage/", {"source": "crm", "records": [record]}).json()["rejected"]
    assert refused["detail"] == f"{missing} is missing."


def test_listed_charges_say_how_they_came_about_in_as_many_queries_however_many(
    staff_api: Api, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    make_subscription(make_company(), subject="sim")
    staff_api.send("usage/", {"source": "crm", "records": [a_record(str(n)) for n in range(9)]})
    staff_api.read("charges/", limit="2")
    with CaptureQueriesContext(connection) as few:
        staff_api.read("charges/", limit="2")
    with django_assert_num_queries(len(few)):
        listed = staff_api.read("charges/", limit="9").json()["results"]
    assert len(listed) == 9
    assert all(row["explanation"] and row["features"] for row in listed)


def test_charges_are_listed_by_subject_and_time_and_explained(
    staff_api: Api, company_api: CompanyApi
) -> None:
    company, stranger = make_company(tax_percent=Decimal(20)), make_company()
    make_subscription(company, subject="sim", keys=["imsi"])
    make_subscription(company, subject="else")
    staff_api.send(
        "usage/",
        {
            "source": "crm",
            "records": [
                a_record("1", started_at="2026-03-01T10:00:00Z"),
                a_record("2", "imsi", started_at="2026-03-05T10:00:00Z", country="DE"),
                a_record("3", "else", started_at="2026-03-05T11:00:00Z"),
            ],
        },
    )

    query = {"company": str(company.pk), "subject": "sim", "from": "2026-03-02", "to": "2026-03-05"}
    listed = staff_api.read("charges/", **query).json()["results"]
    assert [row["record_id"] for row in listed] == ["2"]

    one = company_api(company).read(f"charges/{listed[0]['id']}/").json()
    assert one["explanation"] == [
        "imsi used 1048576 byte in DE, from 2026-03-05 10:00:00 UTC.",
        f"{Charge.objects.get(external_id='2').version} charges 0.01 USD per MB: 0.01 USD.",
        "Tax of 20 % on it: 0.002 USD.",
    ]
    assert one["features"]["portal_payment"] is True
    assert one["billable"] == MB
    assert company_api(stranger).read(f"charges/{listed[0]['id']}/").status_code == 404
    assert company_api(stranger).read("charges/").json()["results"] == []
    assert error_of(staff_api.read("charges/", **{"from": "soon"}))[:2] == (400, "invalid_time")


def test_rerating_tells_the_difference_first(staff_api: Api, company_api: CompanyApi) -> None:
    company = make_company()
    make_subscription(company, subject="sim")
    staff_api.send("usage/", {"source": "crm", "records": [a_record("1", quantity=100 * MB)]})
    body = {
        "company": str(company.pk),
        "from": "2026-01-01T00:00:00Z",
        "to": "2040-01-01T00:00:00Z",
        "dry_run": True,
    }

    assert staff_api.send("charges/rerate/", body).json() == {
        "charges": 1,
        "before": "1",
        "after": "1",
    }
    assert Charge.objects.count() == 1
    assert company_api(company).send("charges/rerate/", body).status_code == 403
    assert error_of(staff_api.send("charges/rerate/", {**body, "source": "crm"}))[0] == 400


def test_a_reservation_from_hold_to_charge(company_api: CompanyApi) -> None:
    company = make_company(tax_percent=Decimal(0))
    pay_in(company, Money(10, "USD"), at=clock.now())
    make_subscription(company, subject="sim")
    api, key = company_api(company), new_key()
    body = {
        "subject": "sim",
        "quantity": 600 * MB,
        "country": "DE",
        "expires_in": 3600,
        "reference": "session 1",
        "session": "s1",
    }

    assert error_of(api.send("holds/", body))[:2] == (400, "idempotency_key_required")
    hold = api.send("holds/", body, key=key).json()
    assert (hold["status"], hold["granted"], hold["final"]) == ("active", 600 * MB, False)
    assert hold["amount"] == {"amount": "6.00", "currency": "USD"}
    assert api.send("holds/", body, key=key).json()["id"] == hold["id"]

    short = api.send("holds/", body, key=new_key())
    assert error_of(short)[:2] == (402, "insufficient_balance")
    assert short.json()["errors"][0]["missing"] == {"amount": "2.00", "currency": "USD"}

    partial = api.send("holds/", {**body, "partial": True}, key=new_key()).json()
    assert (partial["granted"], partial["final"]) == (400 * MB, True)
    assert api.send(f"holds/{partial['id']}/release/").json()["status"] == "released"
    longer = api.send(f"holds/{hold['id']}/extend/", {"quantity": 100 * MB, "expires_in": 60})
    assert longer.json()["granted"] == 700 * MB

    done = api.send(f"holds/{hold['id']}/commit/", {"quantity": 250 * MB}, key=new_key()).json()
    assert (done["status"], done["charge"]["amount"]) == ("committed", "2.5")
    assert money_of(company) == Decimal("7.50")


def test_a_stranger_can_neither_see_nor_use_a_hold(company_api: CompanyApi) -> None:
    company, stranger = make_company(), make_company()
    pay_in(company, Money(10, "USD"), at=clock.now())
    money = {"amount": "5", "currency": "USD"}
    body = {"amount": money, "expires_in": 60, "reference": "r"}
    hold = company_api(company).send("holds/", body, key=new_key()).json()

    api = company_api(stranger)
    assert api.read(f"holds/{hold['id']}/").status_code == 404
    commit = api.send(f"holds/{hold['id']}/commit/", {"amount": money}, key=new_key())
    assert commit.status_code == 404
    other = {**body, "company": str(company.pk)}
    assert error_of(api.send("holds/", other, key=new_key())) == (400, "does_not_exist", "company")


@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"amount": None}, "amount"),
        ({"amount": {"amount": "-1", "currency": "USD"}}, "amount.amount"),
        ({"amount": {"amount": 1, "currency": "USD"}}, "amount.amount"),
        ({"amount": {"amount": "NaN", "currency": "USD"}}, "amount.amount"),
        ({"amount": {"amount": "1", "currency": "XXX"}}, "amount.currency"),
        ({"quantity": 5}, "amount"),
        ({"expires_in": 0}, "expires_in"),
        ({"expires_in": 10**30}, "expires_in"),
        ({"reference": None}, "reference"),
        ({"country": "Germany"}, "country"),
        ({"plmn": "9999"}, "plmn"),
        ({"company": "nonsense"}, "company"),
        ({"subject": "nobody"}, "subject"),
    ],
)
def test_a_bad_hold_is_refused_with_its_field(
    staff_api: Api, change: dict[str, object], attr: str
) -> None:
    company = make_company()
    pay_in(company, Money(10, "USD"), at=clock.now())
    body = {
        "company": str(company.pk),
        "amount": {"amount": "1", "currency": "USD"},
        "expires_in": 60,
        "reference": "r",
    }

    status, _, told = error_of(staff_api.send("holds/", {**body, **change}, key=new_key()))

    assert (status, told) == (400, attr)
