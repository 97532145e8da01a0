"""What higher folders add to the life of a profile, before the fact and in its transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from billing.profiles.models import BillingProfile

OpeningStep = Callable[[BillingProfile], None]
Question = Callable[[UUID], bool]
TermsStep = Callable[[BillingProfile, Collection[str], datetime], None]

opening_steps: list[OpeningStep] = []
currency_ties: list[Question] = []
terms_steps: list[TermsStep] = []


def when_opening(step: OpeningStep) -> OpeningStep:
    """Runs `step` whenever an account is opened or its currency has changed."""
    opening_steps.append(step)
    return step


def fixes_currency(question: Question) -> Question:
    """A company whose id `question` answers with yes keeps its currency."""
    currency_ties.append(question)
    return question


def before_terms_change(step: TermsStep) -> TermsStep:
    """Runs `step` with the profile as it still is and the names of what will be different."""
    terms_steps.append(step)
    return step
