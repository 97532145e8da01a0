"""A statement of account as printed: opening balance, movements in order, closing balance."""

from decimal import Decimal

from billing.documents.rendering.content import StatementContent, StatementRow
from billing.documents.rendering.frozen import Json
from billing.documents.rendering.layout import page, strong_row, total_row
from billing.documents.rendering.wording import Wording, wording


def statement_layout(content: StatementContent) -> dict[str, Json]:
    words = wording(
        language=content.language, currency=content.currency, time_zone=content.time_zone
    )
    labels = words.labels
    closing = words.money(content.closing)
    frame = page(
        words,
        title=labels["statement"],
        number="",
        seller=content.seller,
        buyer=content.buyer,
        buyer_label=labels["account_of"],
        headline=(closing, labels["closing_on"].format(date=words.day(content.to_date))),
        meta=[
            (labels["statement_period"], words.days(content.from_date, content.to_date)),
            (labels["issued"], words.moment(content.issued_at)),
            (labels["customer_number"], content.buyer.identifier),
            (labels["currency"], content.currency),
        ],
        remarks=[(labels["notes"], content.notes)],
        look=content.look,
        facts={
            "customer_number": content.buyer.identifier,
            "currency": content.currency,
            "issued": words.moment(content.issued_at),
            "period": words.days(content.from_date, content.to_date),
            "opening_balance": words.money(content.opening),
            "closing_balance": closing,
        },
    )
    return {
        "page": frame,
        "columns": [
            labels[name] for name in ("date", "description", "document", "amount", "balance")
        ],
        "opening": [
            words.day(content.from_date),
            labels["opening_balance"],
            words.money(content.opening),
        ],
        "closing": [words.day(content.to_date), labels["closing_balance"], closing],
        "rows": [row_layout(row, words) for row in content.rows],
        "totals": totals(content, words),
    }


def row_layout(row: StatementRow, words: Wording) -> list[Json]:
    return [
        words.moment(row.occurred_at),
        words.shown(row.description),
        words.shown(row.document),
        words.money(row.amount),
        words.money(row.balance),
    ]


def totals(content: StatementContent, words: Wording) -> list[Json]:
    labels = words.labels
    raised = sum((row.amount for row in content.rows if row.amount > 0), Decimal(0))
    lowered = sum((row.amount for row in content.rows if row.amount < 0), Decimal(0))
    return [
        total_row(labels["opening_balance"], words.money(content.opening)),
        total_row(labels["money_in"], words.money(raised)),
        total_row(labels["money_out"], words.money(lowered)),
        strong_row(labels["closing_balance"], words.money(content.closing)),
    ]
