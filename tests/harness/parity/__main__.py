"""Write docs/parity.md: python -m tests.harness.parity."""

from tests.harness.parity.page import PAGE, page

PAGE.write_text(page(), encoding="utf-8", newline="\n")
