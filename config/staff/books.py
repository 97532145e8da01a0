"""The Books page: every invariant, green or red, with its last proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accounts.jobs.actions import run_now
from accounts.staff.acts import require
from billing.insight.books import CHECKS
from billing.insight.exchange import exchange_positions
from billing.insight.models import BooksAudit
from config import clock
from config.schedule import job_named
from config.staff.pages import rendered, staff_page


@staff_page("billing.view_books")
def books(request: HttpRequest) -> HttpResponseBase:
    """The last proof of each check, the broken ones first; POST proves them now."""
    if request.method == "POST":
        return _prove(request)
    last = BooksAudit.objects.order_by("-checked_at", "-id").first()
    proofs = [] if last is None else list(BooksAudit.objects.filter(run=last.run))
    proofs.sort(key=lambda proof: (proof.is_ok, proof.name))
    context: dict[str, object] = {
        "title": "Books",
        "proofs": proofs,
        "faults": sum(proof.faults for proof in proofs),
        "examined": sum(proof.examined for proof in proofs),
        "took_seconds": sum(proof.took_ms for proof in proofs) / 1000,
        "last": last,
        "unproven": len(CHECKS) - len(proofs) if proofs else len(CHECKS),
        "may_prove": request.user.has_perm("billing.view_books"),
        "history": _history(),
        "exchange": exchange_positions(at=clock.now()),
    }
    return rendered(request, "admin/books.html", context)


def _prove(request: HttpRequest) -> HttpResponseBase:
    require(request, "billing.view_books")
    outcome = run_now(job_named("audit_books"))
    if outcome is None:
        messages.warning(request, "The clock is being moved; try again in a moment.")
    elif outcome.error:
        messages.error(request, f"The audit failed: {outcome.error}")
    elif outcome.count:
        messages.error(request, f"{outcome.count} faults found.")
    else:
        messages.success(request, "Every invariant holds.")
    return HttpResponseRedirect(reverse("admin:books"))


def _history() -> Iterable[Mapping[str, object]]:
    """The last runs: when, how many checks and faults."""
    runs = BooksAudit.objects.order_by().values("run", "checked_at")
    counted = runs.annotate(checks=Count("id"), faults=Sum("faults"))
    return counted.order_by("-checked_at")[:10]
