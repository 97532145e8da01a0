"""How a company is billed."""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.companies.models import Company
from billing.money.fields import AmountField, CurrencyField


class BillingType(models.TextChoices):
    PREPAID = "prepaid", _("Prepaid")
    POSTPAID = "postpaid", _("Postpaid")
    FLEXIBLE = "flexible", _("Flexible")


class ContractType(models.TextChoices):
    PAYG = "payg", "Pay as you go"
    FIXED = "fixed", "Fixed payment"


class AccountPlan(models.Model):
    """The provider's price plan for a company as a whole: what it spends at least in a month.

    Never changed: another commitment is another plan.
    """

    key = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=120)
    currency = CurrencyField()
    monthly_commitment = AmountField(help_text="Net, for a whole month.")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "account_plan"
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(monthly_commitment__gte=0), name="commitment_is_not_negative"
            )
        ]

    def __str__(self) -> str:
        return self.title


# In the database too: amounts of the company would be read as ones of another currency.
_CURRENCY_FIXED = """
IF EXISTS (
    SELECT FROM ledger_account account JOIN ledger_leg leg ON leg.account_id = account.id
    WHERE account.company_id = OLD.company_id
) THEN
    RAISE EXCEPTION 'currency_fixed: the accounts of company % have legs', OLD.company_id;
END IF;
RETURN NEW;
"""


class BillingProfile(models.Model):
    """Billing type, currency, floor, tax and billing day of one company.

    The floor (lowest balance at which services run) is `minimum_balance` for prepaid and
    `-credit_limit` for postpaid and flexible; an empty credit limit is unlimited: no floor.
    """

    company = models.OneToOneField(
        Company, on_delete=models.PROTECT, primary_key=True, related_name="billing_profile"
    )
    billing_type = models.CharField(max_length=16, choices=BillingType, default=BillingType.PREPAID)
    next_billing_type = models.CharField(max_length=16, choices=BillingType, blank=True)
    next_billing_type_from = models.DateTimeField(null=True, blank=True)
    contract_type = models.CharField(max_length=8, choices=ContractType, default=ContractType.PAYG)
    fixed_amount = AmountField(null=True, blank=True)
    currency = CurrencyField(default="USD")
    display_currency = CurrencyField(
        blank=True, default="", help_text="Amounts are shown in it too. Empty: the account's own."
    )
    payment_currency = CurrencyField(
        blank=True, default="", help_text="Cards are charged in it. Empty: the account's own."
    )
    minimum_balance = AmountField(default=Decimal(0))
    credit_limit = AmountField(null=True, blank=True, default=Decimal(0))
    tax_percent = models.DecimalField(
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Empty: the rule of the country, or else the default of the billing settings.",
    )
    billing_day = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    wallet_enabled = models.BooleanField(default=True)
    account_plan = models.ForeignKey(
        AccountPlan,
        models.PROTECT,
        to_field="key",
        db_column="account_plan",
        null=True,
        blank=True,
        related_name="profiles",
    )
    account_plan_since = models.DateTimeField(null=True, blank=True)
    invoice_emails = models.JSONField(default=list, blank=True)

    class Meta:
        db_table = "billing_profile"
        triggers = [
            pgtrigger.Trigger(
                name="currency_fixed",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("currency"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__currency__df=pgtrigger.F("new__currency")),
                func=_CURRENCY_FIXED,
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(billing_day__gte=1, billing_day__lte=31),
                name="billing_day_is_a_day_of_a_month",
            ),
            models.CheckConstraint(
                condition=models.Q(credit_limit=None) | models.Q(credit_limit__gte=0),
                name="credit_limit_is_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(tax_percent=None)
                | models.Q(tax_percent__gte=0, tax_percent__lte=100),
                name="tax_percent_is_a_percentage",
            ),
            models.CheckConstraint(
                condition=models.Q(account_plan=None, account_plan_since=None)
                | models.Q(account_plan__isnull=False, account_plan_since__isnull=False),
                name="account_plan_says_since_when",
            ),
            models.CheckConstraint(
                condition=models.Q(next_billing_type="", next_billing_type_from=None)
                | ~models.Q(next_billing_type="") & models.Q(next_billing_type_from__isnull=False),
                name="next_billing_type_says_from_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company} ({self.billing_type}, {self.currency})"
