"""The README's pictures, made anew: `python -m tests.browser.pictures`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.seed import PASSWORD
from tests.support.browser import chromium
from tests.support.demo import ROOT, Demo

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FAR_ENOUGH = 40  # percent of an export, for a picture of it
GLIDE = 600  # milliseconds until the bar is where it is going
WIDE = {"locale": "en-GB", "viewport": {"width": 1280, "height": 720}}
PHONE = {"locale": "es-ES", "viewport": {"width": 360, "height": 720}, "color_scheme": "dark"}
PICTURES = {"export.png": WIDE, "export-phone.png": PHONE}


def make(browser: Browser, folder: Path) -> None:
    """Make every picture in the folder: of one export in a demo, on all screens."""
    with tempfile.TemporaryDirectory() as data:
        demo = Demo(Path(data))
        try:
            url = demo.url()
            pages = {name: log_in(browser, url, PICTURES[name]) for name in PICTURES}
            [first, *_] = pages.values()
            first.click("[data-starts=export_posts] button")
            for name, page in pages.items():
                take(page, url, folder / name)
                page.close()
        finally:
            demo.stop()


def log_in(browser: Browser, url: str, options: dict[str, Any]) -> Page:
    """Return the profile of susan in a browser."""
    page = browser.new_page(**options)
    page.goto(f"{url}/login")
    page.fill("#username", "susan")
    page.fill("#password", PASSWORD)
    page.click("#submit")
    page.click("a[href='/user/susan']")
    return page


def take(page: Page, url: str, file: Path) -> None:
    """Take a picture in the browser's language, once the export is far enough."""
    page.goto(f"{url}/profile/edit")
    page.select_option("#language", str(page.evaluate("navigator.language.slice(0, 2)")))
    page.click("#submit")
    page.click("[data-dismiss]")
    bar = page.locator("#tasks [data-task] progress")
    while bar.evaluate("each => each.value") < FAR_ENOUGH:  # which fails once it is gone
        page.wait_for_timeout(100)
    page.wait_for_timeout(GLIDE)
    file.write_bytes(page.screenshot())


if __name__ == "__main__":
    with chromium() as chromium_here:
        make(chromium_here, ROOT / "docs")
