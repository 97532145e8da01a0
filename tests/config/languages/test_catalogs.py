"""Whatever is marked is translated, completely; and what people see is marked."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings

from config.languages.catalogs import (
    PLURALS,
    as_compiled,
    as_text,
    compiled_of,
    read,
    renewed,
    source_of,
    untranslated,
)
from config.languages.extracting import Phrase, phrases, phrases_of_module, templates

ROOT: Path = settings.BASE_DIR
LOCALE: Path = settings.LOCALE_PATHS[0]
LANGUAGES = sorted(PLURALS)
PLACEHOLDER = re.compile(r"%\(\w+\)[0-9.]*[a-z]|\{\w+\}|%%")
CODE = re.compile(
    r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}|{#.*?#}|"
    r"{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
# Names and units that are the same in every language.
NAMES = {"CSV", "CVC", "EID", "IMEI", "IMSI", "JSON Lines", "MSISDN", "PDF", "Tollgate", "XLSX"}
ON_KEYS = {"End", "Enter", "Home", "MM / YY", "UTC"}
# They write one tag piece by piece and no text.
TAGS = {
    "templates/allauth/elements/button.html",
    "templates/allauth/elements/td.html",
    "templates/components/card_form.html",
}
READ_ALOUD = ("alt", "aria-label", "placeholder", "title")


@pytest.fixture(scope="module")
def wanted() -> set[Phrase]:
    return phrases(ROOT)


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def catalog(language: str) -> Catalog:
    return read(LOCALE, language)


def test_every_language_on_offer_has_a_catalog() -> None:
    assert sorted([*LANGUAGES, "en"]) == sorted(dict(settings.LANGUAGES))


def test_every_phrase_is_translated(language: str, wanted: set[Phrase]) -> None:
    """`make messages` lists what is missing and brings it into the catalogs."""
    assert [message.id for message in untranslated(renewed_now(language, wanted))] == []


def test_a_catalog_holds_what_is_marked_and_nothing_else(
    language: str, wanted: set[Phrase]
) -> None:
    assert source_of(LOCALE, language).read_bytes() == as_text(renewed_now(language, wanted))


def test_the_compiled_catalog_is_fresh(language: str, catalog: Catalog) -> None:
    assert compiled_of(LOCALE, language).read_bytes() == as_compiled(catalog)


def test_a_translation_fills_in_what_its_phrase_does(catalog: Catalog) -> None:
    wrong = [
        (message.id, form)
        for message in catalog
        if message.id
        for form, needed, allowed in _forms(message)
        if not needed <= placeholders(form) <= allowed
    ]
    assert wrong == []


def test_a_counted_phrase_has_all_forms_of_its_language(language: str, catalog: Catalog) -> None:
    forms, _ = PLURALS[language]
    counted = [message for message in catalog if isinstance(message.id, tuple) and message.id]
    assert counted
    assert {len(message.string or ()) for message in counted} == {forms}


def test_no_page_or_mail_shows_a_text_that_is_not_marked() -> None:
    found = {
        (str(path.relative_to(ROOT)), text)
        for path in templates(ROOT)
        if str(path.relative_to(ROOT)) not in TAGS
        for text in bare_texts(path.read_text(), is_html=path.suffix == ".html")
    }
    assert found == set()


def test_a_bare_text_is_found() -> None:
    page = '<p title="Why">{% translate "No" %} {{ x }} <b>Yes</b>{# Not #}</p><style>a{}</style>'
    assert bare_texts(page, is_html=True) == ["Why", "Yes"]
    assert bare_texts("Dear {{ name }},\n{% blocktranslate %}You{% endblocktranslate %}") == [
        "Dear"
    ]


def test_phrases_are_found_in_code() -> None:
    code = b'x = _t("One") + ngettext("%d day", "%d days", n)\ny = pgettext("menu", "Open")'
    assert list(phrases_of_module(code)) == [
        Phrase("One"),
        Phrase("%d day", "%d days"),
        Phrase("Open", context="menu"),
    ]


def renewed_now(language: str, wanted: set[Phrase]) -> Catalog:
    return renewed(read(LOCALE, language), wanted, language)


def placeholders(text: str) -> set[str]:
    return {found[0] for found in PLACEHOLDER.finditer(text)}


def _forms(message: Message) -> list[tuple[str, set[str], set[str]]]:
    """Each form with what it has to fill in and what it may: one or two need no figure."""
    if isinstance(message.id, str):
        asked = placeholders(message.id)
        return [(str(message.string), asked, asked)]
    singular, plural = (placeholders(text) for text in message.id)
    assert not isinstance(message.string, str)
    *fewer, most = message.string or ()
    return [*((form, set(), plural) for form in fewer), (most, singular & plural, plural)]


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self.inside.append(tag)
        self.found += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            self.inside.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.found.append(data)


def bare_texts(source: str, *, is_html: bool = False) -> list[str]:
    """The words that stand in a template by themselves."""
    rest = CODE.sub("\0", source)
    found = [rest]
    if is_html:
        reader = _Texts()
        reader.feed(rest)
        found = reader.found
    texts = (part.strip(" \n,.:;()·–-/%") for text in found for part in text.split("\0"))
    words = (text for text in texts if re.search(r"[^\W\d_]{2}", text))
    return [text for text in words if text not in NAMES | ON_KEYS]
