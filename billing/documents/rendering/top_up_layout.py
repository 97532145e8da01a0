"""A top-up invoice as printed: what is asked for, by when, how to pay, and what it is not."""

from billing.documents.rendering.content import TopUpContent
from billing.documents.rendering.frozen import Json
from billing.documents.rendering.layout import page, strong_row
from billing.documents.rendering.wording import Wording, wording


def top_up_layout(content: TopUpContent) -> dict[str, Json]:
    words = wording(
        language=content.language, currency=content.currency, time_zone=content.time_zone
    )
    labels = words.labels
    amount, due = words.money(content.amount), words.moment(content.due_at)
    frame = page(
        words,
        title=labels["top_up_invoice"],
        number=content.number,
        seller=content.seller,
        buyer=content.buyer,
        buyer_label=labels["addressed_to"],
        headline=(amount, labels["due_by"].format(date=due)),
        meta=[
            (labels["issued"], words.moment(content.issued_at)),
            (labels["due"], due),
            (labels["customer_number"], content.buyer.identifier),
            (labels["currency"], content.currency),
        ],
        remarks=[
            (labels["payment"], how_to_pay(content, words)),
            (labels["notes"], labels["no_tax_invoice"]),
        ],
        look=content.look,
        facts={
            "customer_number": content.buyer.identifier,
            "currency": content.currency,
            "issued": words.moment(content.issued_at),
            "number": content.number,
            "due": due,
            "amount_due": amount,
        },
    )
    facts = [(labels["purpose"], labels["prepayment"]), (labels["reference"], content.number)]
    return {
        "page": frame,
        "facts": [[name, words.shown(value)] for name, value in facts],
        "totals": [strong_row(labels["amount_due"], amount)],
    }


def how_to_pay(content: TopUpContent, words: Wording) -> str:
    """The bank details with the reference to give, then where cards are taken."""
    labels, lines = words.labels, []
    if content.bank_details.strip():
        lines += [content.bank_details, labels["give_reference"].format(number=content.number)]
    if content.takes_cards:
        lines.append(labels["pay_by_card"])
    return "\n".join(lines)
