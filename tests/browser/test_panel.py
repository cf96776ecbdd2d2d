"""A developer at the panel, in a real browser, against the real demo."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

pytestmark = pytest.mark.browser

CHROMIUM, CHROMEDRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --window-size=1600,1000"
).split()
PATIENCE_S = 15.0
STOP_S = 10.0
SANNE = "10024711"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A demo of its own; afterwards it ends by itself when asked to."""
    command = [sys.executable, "-m", "kioskd", "demo", "--no-window", "--port", "0", "--out", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout
        try:
            found = re.search(r"http://127\.0\.0\.1:\d+", demo.stdout.readline())
            assert found, "the demo says where its panel is, in its first line"
            yield found[0]
        finally:
            demo.send_signal(signal.SIGINT)
            try:
                status = demo.wait(STOP_S)
            except subprocess.TimeoutExpired:
                demo.kill()
                raise
    assert status == 0


@pytest.fixture
def page(address: str, tmp_path: Path) -> Iterator[Page]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # Both paths are given, so selenium-manager has nothing to look for.
    browser = webdriver.Chrome(options=options, service=Service(CHROMEDRIVER))
    try:
        browser.get(address)
        yield Page(browser, address)
    finally:
        browser.quit()


class Page:
    """The panel in the browser, with the guest's hand on the live screen."""

    def __init__(self, browser: webdriver.Chrome, address: str) -> None:
        self.browser = browser
        self._address = address
        self._wait = WebDriverWait(
            browser, PATIENCE_S, poll_frequency=0.05, ignored_exceptions=[StaleElementReferenceException]
        )

    def until(self, holds: Callable[[], Any], what: str) -> Any:
        return self._wait.until(lambda _: holds(), what)

    def find(self, css: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def text(self, css: str) -> str:
        return self.find(css).text

    def shows(self, css: str, text: str) -> None:
        self.until(lambda: text in self.text(css), f"{css} says {text!r}")

    def press(self, css: str) -> None:
        self.until(lambda: self.find(css).is_enabled(), f"{css} can be pressed")
        self.find(css).click()

    def scene(self) -> dict[str, Any]:
        with urlopen(f"{self._address}/scene", timeout=PATIENCE_S) as answer:
            scene: dict[str, Any] = json.load(answer)
        return scene

    def touch(self, widget_id: str) -> None:
        """Click where the widget is on the live picture, once it is there."""

        def standing() -> list[float] | None:
            for widget in self.scene().get("widgets", ()):
                if widget["id"] == widget_id and widget["enabled"]:
                    rect: list[float] = widget["rect_mm"]
                    return rect
            return None

        x, y, w, h = self.until(standing, f"{widget_id} on the screen")
        width_mm, height_mm = self.scene()["size_mm"]
        canvas = self.find("#screen")
        width_px, height_px = canvas.rect["width"], canvas.rect["height"]
        # Offsets count from the middle of the element.
        right = round((x + w / 2) / width_mm * width_px - width_px / 2)
        down = round((y + h / 2) / height_mm * height_px - height_px / 2)
        ActionChains(self.browser).move_to_element_with_offset(canvas, right, down).click().perform()

    def place(self, name: str) -> None:
        self.shows("#place", name)

    def complaints(self) -> list[str]:
        """What the browser found wrong. That a kiosk which is just starting has no picture yet is not."""
        found = [entry["message"] for entry in self.browser.get_log("browser") if entry["level"] == "SEVERE"]
        return [message for message in found if not ("/screen?" in message and " 503 " in message)]


def balance(page: Page) -> str:
    return page.text(f"li[data-key='{SANNE}'] .points")


def test_a_member_orders_pays_by_card_and_gets_paper_and_points(page: Page) -> None:
    page.place("attract")
    page.shows("#members", "Sanne de Vries")
    assert balance(page) == "1,240"

    page.touch("eat_in")
    page.place("menu")
    page.press(f"[data-card='{SANNE}']")
    page.shows("#requests", "contact-identifiers/find")
    page.touch("category:burgers")
    page.touch("product:CLASSIC")
    page.place("choosing")
    page.touch("add")
    page.place("menu")
    page.touch("pay")
    page.place("checkout")
    page.touch("pay:card")
    page.shows("#payment", "€8.50")
    page.press("[data-terminal=tap]")
    page.place("thanks")

    page.until(lambda: balance(page) == "1,248", "Leat's new balance")
    page.shows("#operations", "confirmed")
    page.shows("#requests", "POST …/orders/create-and-process")
    page.until(lambda: page.find("#papers img").get_property("naturalWidth"), "the paper's picture")
    printed = page.find("#papers figure").get_attribute("data-text") or ""
    assert "Harbour Classic" in printed
    assert "€8.50" in printed
    assert page.complaints() == []


def test_a_voucher_is_taken_by_another_till_and_scanned_from_the_list(page: Page) -> None:
    page.place("attract")
    page.press("[data-tab=offers]")
    row = "#offers tr[data-key='voucher:FLYER-COFFEE']"
    page.shows(row, "active")
    page.press(f"{row} button[data-key=Lock]")
    page.shows(row, "locked")
    page.press(f"{row} button[data-key='Let go']")
    page.shows(row, "active")
    page.press(f"{row} button[data-key=Scan]")
    page.place("confirming offer")
    page.press("[data-tab=switches]")
    page.press("[aria-label=unlinked_voucher] option[value=redeemed_without]")
    page.shows("#switched", "1")
    assert page.complaints() == []


def test_the_page_outlives_the_kiosk(page: Page) -> None:
    page.place("attract")
    page.shows("#process", "process")
    before = page.text("#process")
    first_picture = page.until(lambda: page.find("#screen").get_attribute("data-shown"), "a picture")

    page.press("#kill")
    page.place("kiosk down")
    page.until(lambda: page.find("#dark").is_displayed(), "the screen is dark")
    page.place("attract")
    page.until(lambda: not page.find("#dark").is_displayed(), "the screen is back")
    assert page.text("#process") != before
    assert page.find("#screen").get_attribute("data-shown") != first_picture


def test_a_pulled_cable_is_seen_by_the_kiosk_and_on_the_page(page: Page) -> None:
    row = "#cables li[data-key=printer]"
    page.shows(row, "ok")
    page.press(f"{row} .switch")
    page.shows(row, "absent")
    page.press(f"{row} .switch")
    page.shows(row, "ok")
