"""A receipt voucher as printed."""

from billing.documents.rendering.content import Exchange, ReceiptContent
from billing.documents.rendering.frozen import Json
from billing.documents.rendering.layout import page, rate_text, strong_row, total_row
from billing.documents.rendering.wording import Wording, wording


def _charged(exchange: Exchange | None, words: Wording) -> str:
    return words.money_in(exchange.amount, exchange.amount_currency) if exchange else ""


def receipt_layout(content: ReceiptContent) -> dict[str, Json]:
    words = wording(
        language=content.language, currency=content.currency, time_zone=content.time_zone
    )
    labels = words.labels
    received = words.moment(content.received_at)
    amount = words.money(content.amount)
    frame = page(
        words,
        title=labels["receipt"],
        number=content.number,
        seller=content.seller,
        buyer=content.buyer,
        buyer_label=labels["received_from"],
        headline=(amount, labels["received_on"].format(date=received)),
        meta=[
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
            "number": content.number,
            "received": received,
            "amount": amount,
            "method": content.method,
        },
    )
    exchange = content.charged
    facts = [
        (labels["purpose"], content.purpose),
        (labels["method"], content.method),
        (labels["reference"], content.reference),
        (labels["received"], received),
        (labels["charged"], _charged(exchange, words)),
        (labels["exchange_rate"], rate_text(exchange, words) if exchange else ""),
    ]
    totals = [strong_row(labels["amount_received"], amount)]
    if content.balance_after is not None:
        totals.append(total_row(labels["balance_after"], words.money(content.balance_after)))
    return {
        "page": frame,
        "facts": [[name, words.shown(value)] for name, value in facts if value],
        "totals": [*totals],
    }
