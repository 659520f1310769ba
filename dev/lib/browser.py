"""The till in Chromium, for whoever sells, clicks or takes pictures in it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Error, Page, Request, sync_playwright

from .process import last_lines
from .report import SetupError
from .shop import CASHIER
from .system import find_browser

OPEN_MILLISECONDS = 90_000
STEP_MILLISECONDS = 30_000
CLICK_MILLISECONDS = 700
QUIET_SECONDS = 0.3
RPC_PATH = "/web/dataset/"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
READY = ".product-screen, .payment-screen, .receipt-screen"


class TillPage:
    """A till's page, which a cashier has open.

    `rpcs`: names of its calls to the server; `complaints`: errors of its code.
    """

    def __init__(self, page: Page, screenshot: Path):
        """Listen to a page.

        :param screenshot: where a picture of a failure goes.
        """
        self.page, self.screenshot = page, screenshot
        self.rpcs: list[str] = []
        self.complaints: list[str] = []
        self._open_requests: set[Request] = set()
        self._last_traffic = 0.0
        page.set_default_timeout(STEP_MILLISECONDS)
        page.on("request", self._on_request)
        page.on("requestfinished", self._on_answer)
        page.on("requestfailed", self._on_answer)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._on_console)

    def open(self, url: str, register: int) -> None:
        """Log in and open a register's till, ready to sell.

        :param url: Odoo's address.
        """
        login, password = CASHIER
        page = self.page
        page.goto(f"{url}/web/login")
        if page.locator("input[name=login]").count():
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", password)
            page.click("button[type=submit]")
            page.wait_for_url(
                lambda address: not urlsplit(address).path.startswith("/web/login"),
                timeout=OPEN_MILLISECONDS,
                wait_until="commit",
            )
        page.goto(f"{url}/pos/ui/{register}", timeout=OPEN_MILLISECONDS)
        self._enter()
        page.locator(".product-screen .product").first.wait_for()
        self.wait_until_quiet()

    def reload(self) -> None:
        """Load the page anew."""
        self.page.reload(timeout=OPEN_MILLISECONDS)
        self._enter()

    def click(self, selector: str, times: int = 1) -> None:
        """Click something, if it is there and lets itself be clicked."""
        try:
            self.page.locator(selector).first.click(timeout=CLICK_MILLISECONDS, click_count=times)
        except Error:
            return

    def ring_up(self, *products: str) -> None:
        """Put products into the order."""
        for product in products:
            self.page.click(f'.product-screen .product:has-text("{product}")')

    def pay(self, method: str) -> None:
        """Go on to the payment and choose a payment method."""
        self.page.click(".product-screen .pay-order-button:visible")
        self.pay_method(method)

    def pay_method(self, method: str) -> None:
        """Choose a payment method."""
        self.page.click(f'.payment-screen .paymentmethod:has-text("{method}")')

    def next_order(self) -> None:
        """Leave the receipt."""
        self.page.click(".receipt-screen button[name=done]:visible")
        self.page.wait_for_selector(".product-screen .product")

    def wait_until_quiet(self) -> None:
        """Wait until the till has nothing more to say to the server.

        :raise SetupError: when it goes on.
        """
        deadline = time.monotonic() + STEP_MILLISECONDS / 1000
        while self._open_requests or time.monotonic() - self._last_traffic < QUIET_SECONDS:
            if time.monotonic() > deadline:
                raise SetupError("The till did not stop talking to the server.")
            self.page.wait_for_timeout(50)

    def describe(self) -> str:
        """Return what is on the screen, for the message about a failure."""
        try:
            dialogs = self.page.locator(".modal-content").all_inner_texts()
            lines = [f"dialog: {' '.join(text.split())}" for text in dialogs]
            self.page.screenshot(path=self.screenshot)
            lines.append(f"screenshot: {self.screenshot}")
        except Error as failure:
            lines = [f"no screenshot: {failure}"]
        complaints = [f"console: {text}" for text in self.complaints[-5:]]
        return last_lines("\n".join([*lines, *complaints]))

    def _enter(self) -> None:
        """Wait for the till, past the screen that asks who sells."""
        welcome = self.page.locator(".screen-login button").first
        self.page.locator(READY).or_(welcome).first.wait_for(timeout=OPEN_MILLISECONDS)
        if welcome.is_visible():
            welcome.click()

    def _on_request(self, request: Request) -> None:
        path = urlsplit(request.url).path
        if path.startswith(RPC_PATH):
            self.rpcs.append(".".join(path.split("/")[-2:]))
            self._open_requests.add(request)
            self._last_traffic = time.monotonic()

    def _on_answer(self, request: Request) -> None:
        if request in self._open_requests:
            self._open_requests.discard(request)
            self._last_traffic = time.monotonic()

    def _on_console(self, message) -> None:
        # What the page does about a failed call is its own affair.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)


@contextmanager
def running_till(folder: Path, script: str = "") -> Iterator[TillPage]:
    """Run a browser within a block; what fails in it is told with what is on the screen.

    :param folder: where the screenshot of a failure goes.
    :param script: runs in each page before anything else.
    :raise SetupError: when a step at the till did not happen.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(script)
        till = TillPage(page, folder / "failure.png")
        try:
            yield till
        except (Error, SetupError) as error:
            first = str(error).splitlines()[0]
            raise SetupError(f"{first} The till shows:\n{till.describe()}") from error
        finally:
            browser.close()
