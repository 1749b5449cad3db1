"""What the invented clerk does: answer a refund question, add a customer, look into a file on a server.

Slips are written ``~x``. Everything typed goes to whatever has the focus, as on a real desk.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from . import cast
from .cdp import Page
from .driver import Driver
from .screen import Screen


@dataclass(slots=True)
class Desk:
    """The programs as the clerk knows them; elements are found by their selector, like an eye would."""

    mail: Page
    crm: Page
    hand: Driver
    screen: Screen

    def spot(self, page: Page, selector: str, *, part: str = "") -> tuple[int, int, int, int]:
        """Left, top, right and bottom of an element on the screen, or of the text ``part`` in it.

        Raises:
            TimeoutError: No such element within ten seconds.
        """
        stop = time.monotonic() + 10
        expression = f"""(() => {{ const e = document.querySelector({selector!r}); if (!e) return null;
            let r = e.getBoundingClientRect();
            const part = {part!r}, texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
            for (let n; part && (n = texts.nextNode());) {{ const at = n.data.indexOf(part); if (at < 0) continue;
              const range = document.createRange(); range.setStart(n, at); range.setEnd(n, at + part.length);
              r = range.getBoundingClientRect(); }}
            return r.width ? [r.left, r.top, r.right, r.bottom, innerHeight, document.title] : null; }})()"""
        while time.monotonic() < stop:
            found = page.evaluate(expression)
            window = next((w for w in self.screen.windows() if found and w.title == found[5]), None)
            if found and window:
                left, drop = window.content[0], window.content[1] + window.content[3] - found[4]
                x0, y0, x1, y1 = found[:4]
                return round(x0 + left), round(y0 + drop), round(x1 + left), round(y1 + drop)
            time.sleep(0.1)
        raise TimeoutError("an element of the scenario is not there")

    def click(self, page: Page, selector: str) -> None:
        """Click somewhere near the middle of an element."""
        left, top, right, bottom = self.spot(page, selector)
        self.hand.click(min((left + right) // 2, left + 70), (top + bottom) // 2)

    def switch(self, app: str, title: str = "", *, tabs: int = 1) -> None:
        """Alt+Tab to a window.

        Raises:
            TimeoutError: It did not get the focus.
        """
        self.hand.chord("alt_l", "tab", times=tabs)
        stop = time.monotonic() + 5
        while time.monotonic() < stop:
            window = self.screen.active()
            if window and window.app.startswith(app) and title in window.title:
                self.hand.pause(0.7)
                return
            time.sleep(0.05)
        raise TimeoutError(f"no focus on {app}")


def play(desk: Desk) -> None:
    """Do it all once; about three minutes."""
    _read_mail(desk)
    _sign_in(desk)
    _add_customer(desk)
    _wrong_window(desk)
    _server(desk)
    _finish_mail(desk)


def _read_mail(desk: Desk) -> None:
    hand = desk.hand
    hand.pause(0.6)
    desk.click(desk.mail, '.row[data-k="w"]')
    hand.pause(0.5)
    left, top, right, bottom = desk.spot(desk.mail, "#letter")
    hand.move((left + right) // 2, (top + bottom) // 2)
    hand.wander(3)
    hand.scroll(2)
    hand.wander(3)
    hand.scroll(3)
    hand.wander(2)
    left, top, right, bottom = desk.spot(desk.mail, "#address", part=cast.WRITER_MAIL)
    hand.drag((left, (top + bottom) // 2), (right + 1, (top + bottom) // 2))
    hand.chord("ctrl_l", "c")
    hand.pause(0.7)
    desk.click(desk.mail, "#reply")
    hand.type("Dear ")
    hand.type("Emeka Hall~poran", value=cast.WRITER)
    hand.keys(",", "enter")
    hand.type("thank you for the ph~iotos of the parcel.")
    hand.pause(0.6)


def _sign_in(desk: Desk) -> None:
    hand = desk.hand
    desk.switch("Chromium", "Sign in")
    desk.click(desk.crm, "#email")
    hand.type("marisol.tveit@lark~dspur.example", value=cast.AGENT_MAIL)
    hand.keys("tab")
    hand.pause(0.5)
    hand.type("Heron!Ri~bver42", value=cast.PASSWORD)
    hand.keys("enter")
    desk.spot(desk.crm, "#name")
    hand.wander(3)


def _add_customer(desk: Desk) -> None:
    hand = desk.hand
    desk.click(desk.crm, "#name")
    hand.type("Dorothea Wain~dscott", value=cast.CUSTOMER)
    hand.keys("tab")
    hand.type(cast.CUSTOMER_MAIL, value=cast.CUSTOMER_MAIL)
    hand.keys("tab")
    # The first zero is forgotten and put in with the arrow keys.
    hand.type("(212) 555-147", value=cast.PHONE, then=("left", "left", "left", "0", "end"))
    hand.keys("tab")
    hand.type("1987-03-14", value=cast.BIRTH)
    hand.keys("tab")
    hand.type("219-0~89-9999", value=cast.SSN)
    hand.keys("tab")
    hand.type(cast.CARD, value=cast.CARD)
    hand.keys("tab")
    hand.type(cast.IBAN, value=cast.IBAN)
    hand.keys("tab")
    hand.pause(0.3)
    hand.chord("ctrl_l", "v")
    hand.pause(0.5)
    desk.click(desk.crm, "#notes")
    hand.type("Prefers short me~dssages and paper invoices.")
    hand.keys("enter")
    hand.type("ask ")
    hand.type(cast.MANAGER, value=cast.MANAGER)
    hand.pause(0.9)
    hand.keys(*["backspace"] * len(cast.MANAGER))
    hand.type("the branch office")
    hand.wander(3)
    desk.click(desk.crm, "#save")
    hand.pause(0.5)
    hand.wander(2)


def _wrong_window(desk: Desk) -> None:
    """The session is about to lock; the clerk switches one window too far and types the password into a letter."""
    hand = desk.hand
    desk.switch("Chromium", "Mail")
    hand.keys("enter")
    hand.type(cast.PASSWORD, value=cast.PASSWORD)
    hand.pause(0.5)
    left, _, _, bottom = desk.spot(desk.mail, "#body")
    hand.click(left + 240, bottom - 20)
    hand.keys("end")
    hand.keys(*["backspace"] * len(cast.PASSWORD))
    hand.pause(0.5)
    desk.switch("Chromium", "CRM")
    desk.spot(desk.crm, "#again")
    hand.wander(2)
    desk.click(desk.crm, "#again")
    hand.type(cast.PASSWORD, value=cast.PASSWORD)
    hand.keys("enter")
    hand.pause(0.8)


def _server(desk: Desk) -> None:
    hand = desk.hand
    desk.switch("XTerm", tabs=2)
    hand.type("ls rep~iorts")
    hand.keys("enter")
    hand.pause(1.0)
    hand.type("cat deploy.env")
    hand.keys("enter")
    hand.wander(4)
    hand.type("echo ")
    # A part is forgotten and put in with the arrow keys.
    hand.type("203.13.47", value=cast.ADDRESS, then=(*["left"] * 5, "0", ".", "1", "end"))
    hand.type(" >> allow.txt")
    hand.keys("enter")
    hand.pause(0.7)


def _finish_mail(desk: Desk) -> None:
    hand = desk.hand
    desk.switch("Chromium", "Mail", tabs=2)
    hand.type("the box is dented but the la~nmp works")
    hand.pause(0.4)
    # A word comes to mind late: the caret goes back by mouse.
    left, top, _, bottom = desk.spot(desk.mail, "#body", part="works")
    hand.click(left, (top + bottom) // 2)
    hand.type("still ")
    hand.keys("end", "enter")
    hand.type("The refund goes to card ")
    hand.type(cast.CARD_PLAIN, value=cast.CARD_PLAIN)
    hand.keys(".", "enter")
    hand.type("Please keep the ~nbox until the carrier has seen it.")
    hand.keys("enter")
    hand.type("Nothing else is ~eneeded from you.")
    hand.pause(0.5)
    desk.click(desk.mail, "#cc")
    hand.type(cast.MANAGER_MAIL, value=cast.MANAGER_MAIL)
    hand.pause(0.4)
    left, top, right, bottom = desk.spot(desk.mail, "#view")
    hand.move((left + right) // 2 + 90, (top + bottom) // 2 + 150)
    hand.wander(3)
    hand.scroll(4)
    desk.click(desk.mail, "#send")
    hand.wander(3)
