"""Chromium, and people who look at pages in it; what a page complains about is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Download,
    Locator,
    Page,
    Response,
    sync_playwright,
)

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MILLISECONDS = 60_000
DESK, LAPTOP, PHONE = 1280, 1024, 390
HEIGHTS = {DESK: 900, PHONE: 844}
GRAVE = ("serious", "critical")
LOOKS = 5
LOOK_AGAIN_MILLISECONDS = 600
AMOUNT = re.compile(r"([-−]?)\$?([\d,]+\.\d\d)")


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Somebody at a screen of some width; `complaints` is what the browser objected to."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("response", self._look)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type} on {self.page.url}: {message.text}")

    def _look(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} for {response.url}")

    def sign_in(self, email: str, password: str) -> None:
        self.page.goto("/accounts/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(lambda address: "/login/" not in address)

    def open(self, entry: str) -> None:
        """An entry of the menu, which a phone hides behind a button."""
        menu = self.page.get_by_role("button", name="Menu", exact=True)
        if menu.is_visible():
            menu.click()
        self.page.get_by_role("navigation").get_by_role("link", name=entry, exact=True).click()

    def speak(self, language: str) -> None:
        """Choose a language in the menu at the end of the bar, or in its own at the door."""
        choice = f"button[name=language][value={language}]"
        self.page.locator(f"header details:has({choice}) > summary").click()
        with self.page.expect_navigation():
            self.page.locator(f"header {choice}").click()

    def open_document(self, link: Locator) -> bytes:
        """Click a link to a PDF, which the browser shows in place of the page; its bytes."""
        with self.page.expect_navigation():
            link.click()
        document = self.context.request.get(self.page.url)
        assert document.headers["content-type"] == "application/pdf"
        self.page.go_back()
        return document.body()

    def width_of_content(self) -> int:
        """In pixels; more than the screen's means that the page scrolls sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    @contextmanager
    def in_the_dark(self) -> Iterator[None]:
        """As where the system is set to dark colours."""
        self.page.emulate_media(color_scheme="dark")
        yield
        self.page.emulate_media(color_scheme="light")

    @contextmanager
    def on_a_phone(self) -> Iterator[None]:
        self.page.set_viewport_size({"width": PHONE, "height": HEIGHTS[PHONE]})
        yield
        self.page.set_viewport_size({"width": DESK, "height": HEIGHTS[DESK]})

    @contextmanager
    def on_a_laptop(self) -> Iterator[None]:
        self.page.set_viewport_size({"width": LAPTOP, "height": HEIGHTS[DESK]})
        yield
        self.page.set_viewport_size({"width": DESK, "height": HEIGHTS[DESK]})

    def faults(self, *rules: str) -> list[str]:
        """Serious and critical findings of axe on this page, by these rules or by all."""
        options: dict[str, object] = {"resultTypes": ["violations"]}
        if rules:
            options["runOnly"] = {"type": "rule", "values": list(rules)}
        for _ in range(LOOKS):
            found = self._seen_by_axe(options)
            if not found:
                break
            # Colours may still be on their way from light to dark.
            self.page.wait_for_timeout(LOOK_AGAIN_MILLISECONDS)
        return found

    def _seen_by_axe(self, options: dict[str, object]) -> list[str]:
        found = Axe().run(self.page, options=options).response["violations"]
        return [
            f"{self.page.url}: {one['id']} at {one['nodes'][0]['target']}: {one['help']}"
            for one in found
            if one["impact"] in GRAVE
        ]


def visitor(
    browser: Browser,
    address: str,
    *,
    width: int = DESK,
    scripts: str = "on",
) -> Visitor:
    """Somebody new, whose screen is as wide as said; `scripts="off"` switches JavaScript off."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": HEIGHTS[width]},
        color_scheme="light",
        # Colours are measured, not the way from one to the other.
        reduced_motion="reduce",
        java_script_enabled=scripts == "on",
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    return Visitor(context)


def content_of(download: Download) -> bytes:
    return download.path().read_bytes()


def amount_in(text: str) -> Decimal:
    """The first amount of a text: −$1,250.00 is -1250.00."""
    found = AMOUNT.search(text)
    assert found is not None, text
    return Decimal(f"{'-' if found[1] else ''}{found[2].replace(',', '')}")
