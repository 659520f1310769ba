"""`dev/pictures`: the pictures of the README, of doc/ and of static/description, made anew.

A shop of its own is started, as `dev/demo` does. A browser sells and pays back in it, and looks at
the till, the terminal and the back office.
"""

import argparse
import time
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from simulator import Simulator

from .browser import TillPage, running_till
from .odoo import ensure_instance
from .paths import CHECKOUT
from .report import SetupError, detail, run_main, step
from .shop import METHODS, Shop
from .stack import Stack
from .system import TEST_PROGRAMS, ensure_programs
from .viva import wait_for_request

INSTANCE = "pictures"
FOLDER = CHECKOUT / "static" / "description"
MAX_BYTES = 1_500_000  # of all pictures together
METHOD, TERMINAL = next(iter(METHODS.items()))
TILL_SIZE = {"width": 1100, "height": 700}
# With room for all buttons of a line.
TALL_TILL_SIZE = {"width": 1100, "height": 840}
TERMINAL_SIZE = {"width": 480, "height": 960}
OFFICE_WIDTH = 1280
LIST_WIDTH = 1440
# A till says after 20 seconds that Viva does not answer.
SILENT_MILLISECONDS = 60_000
REVIEW_SECONDS = 90
POLL_MILLISECONDS = 500
LINE = ".payment-screen .o_viva_wallet_line_status"
RECEIPT = ".receipt-screen"
ALERT = ".o_viva_wallet_review_alert"
ACTIONS = "odoo/action-pos_viva_wallet"


class Camera:
    """Saves pictures of pages."""

    def __init__(self):
        """Begin with no picture taken."""
        self.paths: list[Path] = []

    def take(self, of: Page | Locator, name: str) -> None:
        """Save a picture.

        :param of: the page, or the part of it that is to be seen.
        :param name: of its file, without the ending.
        """
        path = FOLDER / f"{name}.png"
        of.screenshot(path=path, animations="disabled", caret="hide")
        self.paths.append(path)
        detail(f"{path.relative_to(CHECKOUT)}: {path.stat().st_size // 1000} kB")


class TillPictures:
    """What a cashier sees."""

    def __init__(self, till: TillPage, viva: Simulator, camera: Camera):
        """Use a till that is open."""
        self.till, self.page, self.viva, self.camera = till, till.page, viva, camera

    def take_all(self) -> None:
        """Serve customers, one picture after the other, and leave something to review."""
        first = self._sale()
        self._declined()
        second = self._silent()
        self._refund()
        self._late_approval()
        self.viva.reverse(first)
        self.viva.refund(second)
        self._review()

    # === SALES === #

    def _sale(self) -> str:
        """Take a card payment; return its session."""
        self.till.ring_up("Coffee", "Croissant", "Olive oil 0.5 l")
        self.till.pay(METHOD)
        session = self._wait_for_card()
        self.camera.take(self.page, "till")
        self._take_terminal()
        self._customer("tap", card="visa")
        self.page.wait_for_selector(RECEIPT)
        self.camera.take(self.page, "receipt")
        self.till.next_order()
        return session

    def _declined(self) -> None:
        self.till.ring_up("Gift box")
        self.till.pay(METHOD)
        self._wait_for_card()
        self._customer("decline", event_id=1057)
        self._wait_for_line("retry")
        self.camera.take(self.page, "declined")
        self.page.click(f"{LINE} .send_payment_request")
        self._wait_for_card()
        self._customer("tap", card="mastercard", entry="chip")
        self._finish()

    def _silent(self) -> str:
        """Take a payment while Viva does not answer; return its session."""
        self.till.ring_up("Sandwich", "Lemonade")
        self.till.pay(METHOD)
        session = self._wait_for_card()
        self.viva.add_faults(
            {"operation": "session", "action": "answer", "status": 503, "times": None}
        )
        self.page.wait_for_selector(
            f"{LINE} .o_viva_wallet_check_again", timeout=SILENT_MILLISECONDS
        )
        self.page.set_viewport_size(TALL_TILL_SIZE)
        self.camera.take(self.page, "no_answer")
        self.page.set_viewport_size(TILL_SIZE)
        self.viva.clear_faults()
        self._customer("tap", card="visa_debit")
        self._finish()
        return session

    def _late_approval(self) -> None:
        """Have a payment that was cancelled go through after the customer has paid in cash."""
        self.till.ring_up("Tea", "Sandwich")
        self.till.pay(METHOD)
        session = self._wait_for_card()
        self._customer("cancel")
        self._wait_for_line("retry")
        self.page.click(".payment-screen .paymentlines .delete-button")
        self.till.pay_method("Cash")
        self.page.click(".payment-screen .button.next:visible")
        self._finish()
        self.viva.approve_late(session, card="mastercard")

    # === REFUND === #

    def _refund(self) -> None:
        """Pay back an order that two cards have paid."""
        self.till.ring_up("Gift box")
        self.till.pay("Cash")
        for digit in "29":
            self.page.keyboard.press(digit)
        self.till.pay_method(METHOD)
        self._wait_for_card()
        self.page.locator(".payment-screen .paymentline", has_text="Cash").locator(
            ".delete-button"
        ).click()
        self._customer("tap", card="mastercard")
        self._wait_for_line("done")
        self.till.pay_method(METHOD)
        self._wait_for_card()
        self._customer("tap", card="visa")
        self._finish()
        self._give_back()
        self.page.wait_for_selector(".o_viva_wallet_refund_picker")
        self.camera.take(self.page, "refund_picker")
        self.page.click(".o_viva_wallet_refund_picker button >> nth=0")
        self._wait_for_line("pending")
        self.camera.take(self.page, "refund")
        self.page.click(f"{LINE} .send_refund_request")
        self._wait_for_card()
        self._customer("tap", card="mastercard")
        self._wait_for_line("done")
        self.till.pay_method(METHOD)
        self._wait_for_line("pending")
        self.page.click(f"{LINE} .send_refund_request >> visible=true")
        self._wait_for_card()
        self._customer("tap", card="visa")
        self._finish()

    def _give_back(self) -> None:
        """Choose the last order, and go on to its payment."""
        page = self.page
        page.click(".product-screen .control-buttons .more-btn")
        page.click('.control-buttons button:has-text("Refund")')
        page.click(".ticket-screen .order-row >> nth=0")
        page.click(".ticket-screen .orderline >> nth=0")
        page.keyboard.press("1")
        page.wait_for_selector('.ticket-screen :text("To Refund")')
        page.click(".ticket-screen .btn-primary.pay-order-button")
        self.till.pay_method(METHOD)

    # === REVIEW === #

    def _review(self) -> None:
        """Wait until all that was left to review is known, and look at it."""
        badge = self.page.locator(f"{ALERT} .badge")
        deadline = time.monotonic() + REVIEW_SECONDS
        while not badge.count() or badge.inner_text() != "3":
            if time.monotonic() > deadline:
                raise SetupError("The till did not hear of three payments to review.")
            self.page.wait_for_timeout(POLL_MILLISECONDS)
        while self.page.locator(".o_notification_close").count():
            self.till.click(".o_notification_close")
        self.page.click(ALERT)
        self.page.wait_for_selector(".modal .o_viva_wallet_review_entry")
        self.camera.take(self.page, "review_at_the_till")

    # === STEPS === #

    def _finish(self) -> None:
        """Wait for the receipt, and leave it."""
        self.page.wait_for_selector(RECEIPT)
        self.till.next_order()

    def _wait_for_card(self) -> str:
        """Wait until till and terminal wait for a card; return the session."""
        session = wait_for_request(self.viva, TERMINAL)["session_id"]
        self._wait_for_line("waitingCard", ":has-text('terminal')")
        return session

    def _wait_for_line(self, status: str, more: str = "") -> None:
        self.page.wait_for_selector(f"{LINE}[data-status='{status}']{more}")

    def _customer(self, what: str, **options) -> None:
        self.viva.act(TERMINAL, what, **options)

    def _take_terminal(self) -> None:
        terminal = self.page.context.browser.new_page(viewport=TERMINAL_SIZE)
        terminal.goto(f"{self.viva.url}/terminal/{TERMINAL}")
        terminal.wait_for_selector("#screen[data-screen='present']")
        self.camera.take(terminal, "terminal")
        terminal.close()


class OfficePictures:
    """What an administrator and an accountant see."""

    def __init__(self, browser: Browser, url: str, shop: Shop, camera: Camera):
        """Log in."""
        context = browser.new_context()
        context.add_cookies(
            [
                {"name": cookie.name, "value": cookie.value, "url": url}
                for cookie in shop.admin.browser.cookies
            ]
        )
        self.page, self.url, self.shop, self.camera = context.new_page(), url, shop, camera

    def take_all(self) -> None:
        """Look at the setting up, then at the books."""
        self._payment_method()
        self._list("review_action", "review_list", 440)
        self.page.set_viewport_size({"width": OFFICE_WIDTH, "height": 660})
        self.page.click(".o_data_row >> nth=0")
        self.page.wait_for_selector(".o_form_view .o_field_widget[name=event_ids] .o_data_row")
        self.camera.take(self.page, "review_form")
        self.camera.take(self.page.locator(".o_notebook"), "timeline")
        self._list("daily_action", "daily_totals", 240)

    def _payment_method(self) -> None:
        page = self.page
        page.set_viewport_size({"width": OFFICE_WIDTH, "height": 960})
        method = self.shop.admin.find("pos.payment.method", ("name", "=", METHOD))
        page.goto(f"{self.url}/odoo/action-point_of_sale.action_pos_payment_method_form/{method}")
        page.click(".o_viva_wallet_connection_check button")
        page.wait_for_selector(".o_viva_wallet_connection_check [role=status]")
        self.camera.take(page, "payment_method")
        page.click('.o_field_viva_wallet_terminal button:has-text("Find my terminals")')
        page.wait_for_selector(".o_viva_wallet_terminals")
        self.camera.take(page.locator(".modal-content"), "find_terminals")

    def _list(self, action: str, name: str, height: int) -> None:
        self.page.set_viewport_size({"width": LIST_WIDTH, "height": height})
        self.page.goto(f"{self.url}/{ACTIONS}.viva_wallet_{action}")
        self.page.wait_for_selector(".o_data_row")
        self.camera.take(self.page, name)


def main() -> int:
    """Take all pictures and return the exit code."""
    argparse.ArgumentParser(prog="dev/pictures", description=__doc__).parse_args()
    ensure_programs(TEST_PROGRAMS)
    stack, camera = Stack(ensure_instance(INSTANCE)), Camera()
    with stack.running(INSTANCE) as shop, running_till(stack.instance.folder) as till:
        step("Taking pictures")
        till.page.set_viewport_size(TILL_SIZE)
        till.open(stack.url, shop.register_id)
        TillPictures(till, stack.viva, camera).take_all()
        OfficePictures(till.page.context.browser, stack.url, shop, camera).take_all()
    size = sum(path.stat().st_size for path in camera.paths)
    detail(f"{len(camera.paths)} pictures, {size / 1e6:.2f} MB")
    if size > MAX_BYTES:
        raise SetupError(f"The pictures are larger than {MAX_BYTES / 1e6} MB together.")
    return 0


if __name__ == "__main__":
    run_main(main)
