"""How fast the page answers, in a real Chromium, on a study of 100,000 utterances and 50,000 suggestions.

    python benchmarks/page.py [--folder DIR] [--cards 300] [--decisions 10000]

The study is made once in the folder and copied for each run. Keys are pressed by the browser itself; a card
counts when the frame that shows it is drawn, a decision when the server has answered that it is on disk.
"""

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus import write_corpus
from playwright.sync_api import Page, sync_playwright

from assistcode import Study

CHROMIUM = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WATCH = """() => {
  window.cardTimes = []; window.saveTimes = [];
  let pressed = 0;
  addEventListener("keydown", () => { pressed = performance.now(); }, true);
  new MutationObserver(() => requestAnimationFrame(() => {
    if (pressed) { cardTimes.push(performance.now() - pressed); pressed = 0; }
  })).observe(document.getElementById("card"), { childList: true, subtree: true, characterData: true });
  const wired = fetch;
  window.fetch = async (...how) => {
    const begun = performance.now(); const answer = await wired(...how);
    if (String(how[0]).startsWith("/api/decide")) saveTimes.push(performance.now() - begun);
    return answer;
  };
}"""
DECIDE = """async (n) => {
  const press = (key) => document.getElementById("card").dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const frame = () => new Promise((go) => setTimeout(go));
  const saved = async () => { while (document.documentElement.dataset.unsaved !== "0") await frame(); };
  const canDecide = () => document.querySelector('[data-do="fits"]').ariaDisabled === "false";
  for (let done = 0; done < n;) {
    press(".");
    while (canDecide()) { press(done % 3 ? "f" : "d"); done += 1; }
    await saved();
  }
}"""


def main() -> None:
    """Make the study if need be, run, print the table."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "assistcode-page")
    options.add_argument("--cards", type=int, default=300)
    options.add_argument("--decisions", type=int, default=10_000)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        study = Path(shutil.copy(big_study(asked.folder), Path(folder) / "big.study"))
        server = subprocess.Popen(
            [sys.executable, "-m", "assistcode", "-s", study, "serve", "--no-browser", "--port", "0"],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            address = re.search(r"http\S+", server.stderr.readline())[0]
            measure(address, server.pid, asked.cards, asked.decisions)
        finally:
            server.terminate()
            server.wait()


def big_study(folder: Path) -> Path:
    """Return a closed study of 100,000 utterances, made once."""
    path = folder / "big.study"
    if not path.exists():
        print("Making the study; this takes some minutes, once.", file=sys.stderr)
        write_corpus(folder / "transcripts", 100_000)
        with Study.create(path, approach="content") as study:
            study.import_transcripts([folder / "transcripts"], pattern="d{dyad}_s{session}_{perspective}")
            study.precode(model="static")
            study.add_coder("anna")
    return path


def measure(address: str, server: int, n_cards: int, n_decisions: int) -> None:
    """Drive the page and print what was measured."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        page = browser.new_page()
        page.goto(address)
        page.click("button[value=anna]")
        page.wait_for_url("**/")
        first = [first_card(page, address) for _ in range(5)]
        page.evaluate(WATCH)
        before = resident_mb(server)
        for _ in range(n_cards):
            page.keyboard.press(".")
            while page.evaluate("document.querySelector('[data-do=\"fits\"]').ariaDisabled") == "false":
                page.keyboard.press("f")
        page.wait_for_selector('html[data-unsaved="0"]')
        cards, saves = page.evaluate("cardTimes"), page.evaluate("saveTimes")
        sizes = [before]
        for _ in range(5):
            page.evaluate(DECIDE, n_decisions // 5)
            sizes.append(resident_mb(server))
        many = page.evaluate("saveTimes")[len(saves) :]
        print(f"{'':<44}{'median':>9}{'p95':>9}{'goal':>14}")
        line("first card of a fresh page, ms", first, "under 1000")
        line(f"key press to what it shows, ms (n={len(cards)})", cards, "p95 50")
        line(f"decision on disk, ms (n={len(saves)})", saves, "p95 20")
        line(f"the same, without a pause (n={len(many)})", many, "p95 20")
        print(f"server memory, MB, over {n_decisions:,} decisions: {', '.join(f'{size:.0f}' for size in sizes)}")
        browser.close()


def first_card(page: Page, address: str) -> float:
    """Return the milliseconds from asking for the queue to its first card."""
    begun = time.perf_counter()
    page.goto(address.split("/?", maxsplit=1)[0] + "/queue")
    page.wait_for_selector("#passage span")
    return 1000 * (time.perf_counter() - begun)


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def line(name: str, values: list[float], goal: str) -> None:
    """Print one row of the table."""
    p95 = sorted(values)[int(0.95 * (len(values) - 1))]
    print(f"{name:<44}{statistics.median(values):>9.1f}{p95:>9.1f}{goal:>14}")


if __name__ == "__main__":
    main()
