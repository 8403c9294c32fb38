"""A real desk in a process of its own, and a real browser in which a coordinator sits."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from tests.programs import ROOT, axe_core, chromium, hear_ctrl_c, slowness

STANDARD = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']"
_REFUSED = "status of 422"
"""What Chromium notes where a form was not filled as it must be."""
_PATIENCE = 15_000
"""Milliseconds; what is waited for comes or does not, on a busy machine later."""


@contextlib.contextmanager
def running_desk(home: Path, *words: str) -> Iterator[str]:
    """Start the desk of a workspace as a coordinator does; gives the address it says."""
    command = [sys.executable, "-m", "workflow", "desk", "--no-browser", "--home", str(home)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*command, *words],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=environment,
        preexec_fn=hear_ctrl_c,
    ) as process:
        assert process.stdout is not None
        try:
            yield next(line for line in process.stdout if line.startswith("http://")).strip()
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
    assert process.returncode == 0


@dataclass
class Coordinator:
    """Somebody at the desk: one window, and all that the browser complained of."""

    page: Page
    address: str
    messages: list[str]

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def runs(self, label: str, state: str = "終わりました") -> None:
        """Wait until a command ended so."""
        newest = self.page.locator("#action-list .run").first
        expect(newest.locator("strong")).to_have_text(label)
        expect(newest.locator(".state")).to_contain_text(state)

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def looks(self) -> None:
        """Look at the page: no wider than any screen, nothing a judge of accessibility finds.

        Colours do not depend on the width, so each scheme is judged at one width: the widest and
        the narrowest, which have all that stands between them.
        """
        axe = axe_core()
        script = axe.read_text("utf-8") if axe else ""
        self.page.evaluate(f"{script};0")
        for scheme, width in (("dark", 1280), ("light", 768), ("light", 360)):
            self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            self.page.set_viewport_size({"width": width, "height": 900})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert (self.page.url, width, wide) == (self.page.url, width, width)
            found = [] if width == 768 else violations(self.page)
            assert found == [], (self.page.url, scheme, width)
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": 1280, "height": 900})


def violations(page: Page) -> list[Any]:
    if axe_core() is None:
        return []
    run = f"axe.run({{runOnly: {STANDARD}}}).then(r => r.violations.map("
    found: list[Any] = page.evaluate(f"{run} v => [v.id, v.nodes.map(n => n.html)]))")
    return found


@contextlib.contextmanager
def coordinator(address: str) -> Iterator[Coordinator]:
    """Open the address of the desk in Chromium; at the end the console has reported nothing."""
    messages: list[str] = []
    with sync_playwright() as program:
        browser = program.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(locale="ja-JP", accept_downloads=True)
        context.set_default_timeout(_PATIENCE * slowness())
        expect.set_options(timeout=_PATIENCE * slowness())
        context.on("console", lambda message: messages.append(message.text))
        context.on("weberror", lambda error: messages.append(str(error.error)))
        page = context.new_page()
        page.goto(address)
        yield Coordinator(page, address.partition("/?")[0], messages)
        context.close()
        browser.close()
    assert [sentence for sentence in messages if _REFUSED not in sentence] == []
