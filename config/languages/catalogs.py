"""The catalogs: `locale/<language>/LC_MESSAGES/django.po`, and the compiled file beside each.

Written so that two branches merge quietly: sorted, one line a phrase, no dates, no line numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from config.languages.extracting import Phrase

# As CLDR names the forms and Django counts them: zero, one, two, few, many, other for Arabic.
PLURALS = {
    "de": (2, "(n != 1)"),
    "ar": (
        6,
        "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)",
    ),
}
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


def source_of(locale: Path, language: str) -> Path:
    return locale / language / "LC_MESSAGES" / "django.po"


def compiled_of(locale: Path, language: str) -> Path:
    return source_of(locale, language).with_suffix(".mo")


def read(locale: Path, language: str) -> Catalog:
    """The catalog as it is kept; an empty one for a new language."""
    path = source_of(locale, language)
    if not path.exists():
        return _empty(language)
    return read_po(BytesIO(path.read_bytes()), locale=language)


def renewed(kept: Catalog, wanted: Iterable[Phrase], language: str) -> Catalog:
    """A catalog of the wanted phrases with the translations that are kept; the rest is empty."""
    new = _empty(language)
    forms, _ = PLURALS[language]
    for phrase in sorted(wanted):
        message_id = (phrase.text, phrase.plural) if phrase.plural else phrase.text
        old = kept.get(message_id, phrase.context or None)
        nothing = ("",) * forms if phrase.plural else ""
        fits = old is not None and isinstance(old.id, tuple) == bool(phrase.plural)
        new.add(
            message_id,
            string=old.string if old is not None and fits else nothing,
            context=phrase.context or None,
        )
    return new


def as_text(catalog: Catalog) -> bytes:
    """The catalog as its file holds it."""
    body = BytesIO()
    write_po(body, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    forms, rule = PLURALS[str(catalog.locale_identifier)]
    head = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalog.locale_identifier}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: nplurals={forms}; plural={rule};\\n"\n\n'
    )
    return head.encode() + body.getvalue().rstrip() + b"\n"


def as_compiled(catalog: Catalog) -> bytes:
    """What Django reads. The same catalog always gives the same bytes."""
    catalog.creation_date = catalog.revision_date = _ALWAYS
    body = BytesIO()
    write_mo(body, catalog)
    return body.getvalue()


def untranslated(catalog: Catalog) -> list[Message]:
    """What has no translation yet, in one of its forms, or one that nobody has looked over."""
    return [
        message for message in catalog if message.id and (message.fuzzy or not all(_forms(message)))
    ]


def _forms(message: Message) -> tuple[str, ...]:
    if isinstance(message.string, str):
        return (message.string,)
    return tuple(message.string or ("",))


def _empty(language: str) -> Catalog:
    head = BytesIO(as_text(Catalog(locale=language)))
    return read_po(head, locale=language)
