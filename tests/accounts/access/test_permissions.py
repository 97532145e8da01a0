"""The table of spec/roles.md, customer side, and the guard of portal views."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts.access.acting import look_at_company, stop_looking
from accounts.access.exceptions import NotAllowed
from accounts.access.permissions import Permission, can, requires
from accounts.access.principals import PortalRequest
from accounts.access.queries import COMPANY_IN_SESSION, company_for, scoped, visible_companies
from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from accounts.people.models import Member, Role, User
from tests.accounts.companies.rows import make_company, make_member, make_user

YES, NO = True, False
MATRIX = {
    #                           owner admin finance viewer end user
    Permission.SEE_MONEY: (YES, YES, YES, YES, NO),
    Permission.PAY: (YES, YES, YES, NO, NO),
    Permission.EXPORT: (YES, YES, YES, NO, NO),
    Permission.SEE_SIMS: (YES, YES, YES, YES, NO),
    Permission.CHANGE_SIMS: (YES, YES, NO, NO, NO),
    Permission.SEE_TEAM: (YES, YES, NO, NO, NO),
    Permission.CHANGE_TEAM: (YES, YES, NO, NO, NO),
    Permission.MANAGE_KEYS: (YES, YES, NO, NO, NO),
    Permission.CLOSE_COMPANY: (YES, NO, NO, NO, NO),
    Permission.CHANGE_OWNER: (YES, NO, NO, NO, NO),
}
ROLES = (Role.OWNER, Role.ADMIN, Role.FINANCE, Role.VIEWER, Role.END_USER)


def test_the_table_covers_every_permission_and_role() -> None:
    assert set(MATRIX) == set(Permission)
    assert set(ROLES) == set(Role)


@pytest.mark.parametrize("permission", list(Permission))
def test_each_role_may_do_what_the_table_says(permission: Permission) -> None:
    assert tuple(can(role, permission) for role in ROLES) == MATRIX[permission]


def _request(user: User | AnonymousUser, method: str = "GET") -> HttpRequest:
    request = RequestFactory().generic(method, "/portal/balance/")
    request.user = user
    request.session = SessionStore()
    return request


@requires(Permission.PAY)
def _page(request: PortalRequest) -> HttpResponse:
    return HttpResponse(f"{request.company.name} {request.member.role} {request.principal.label}")


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_a_page_opens_to_the_roles_that_may(role: Role) -> None:
    member = make_member(make_company("Acme"), role)
    if can(role, Permission.PAY):
        answer = _page(_request(member.user))
        assert answer.content.decode() == f"Acme {role} member:{member.user.email}"  # type: ignore[attr-defined]
    else:
        with pytest.raises(PermissionDenied):
            _page(_request(member.user))


def test_who_is_signed_out_is_sent_to_the_sign_in() -> None:
    answer = _page(_request(AnonymousUser()))
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/login/?next=/portal/balance/"


def test_who_belongs_to_no_company_is_told_so(db: None) -> None:
    with pytest.raises(PermissionDenied, match="not a member"):
        _page(_request(make_user()))


def test_the_session_chooses_among_ones_own_companies_only(db: None) -> None:
    first, second, strange = make_company(), make_company(), make_company()
    user = make_member(first).user
    make_member(second, user=user)
    request = _request(user)
    assert company_for(request) == first
    request.session[COMPANY_IN_SESSION] = str(second.pk)
    assert company_for(request) == second
    for wrong in (str(strange.pk), "x", 7, None):
        request.session[COMPANY_IN_SESSION] = wrong
        assert company_for(request) == first


def test_staff_look_on_without_changing_anything(db: None) -> None:
    company, staff = make_company("Acme"), make_user("anna@x.example", is_staff=True)
    request = _request(staff)
    look_at_company(request, company, at=datetime(2024, 5, 1, tzinfo=UTC))
    assert _page(request).content == b"Acme owner staff:anna@x.example"  # type: ignore[attr-defined]
    request.method = "POST"
    with pytest.raises(PermissionDenied, match="nothing can be changed"):
        _page(request)
    assert AuditRecord.objects.get().action == "company.looked_at"
    assert not Member.objects.exists()
    stop_looking(request)
    assert company_for(request) is None


def test_only_staff_look_on(db: None) -> None:
    company, stranger = make_company(), make_user()
    request = _request(stranger)
    with pytest.raises(NotAllowed):
        look_at_company(request, company, at=datetime(2024, 5, 1, tzinfo=UTC))
    request.session["looking_at"] = str(company.pk)
    assert company_for(request) is None


def test_a_principal_sees_its_own_company_only(db: None) -> None:
    mine, strange = make_company(), make_company()
    guarded: list[PortalRequest] = []

    @requires(None)
    def page(request: PortalRequest) -> HttpResponse:
        guarded.append(request)
        return HttpResponse()

    page(_request(make_member(mine).user))
    principal = guarded[0].principal
    assert list(visible_companies(principal)) == [mine]
    make_member(strange)
    assert {m.company for m in scoped(Member.objects.all(), principal)} == {mine}
    assert not scoped(Company.objects.filter(pk=strange.pk), principal, path="pk").exists()
