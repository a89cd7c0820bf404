"""What the page tests share: the program as a server of its own, one Chromium, a person at a window."""

import json
import os
import re
import shutil
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from assistcode import Study

ARGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SENTENCES = (
    "I was so scared of him that I kept looking at the door.",
    "The bus was late and I walked.",
    "No, I wasn't ashamed of it at all.",
    "He leaned back, and I felt safe with him.",
    "We laughed together at the end.",
    "I had no plan and felt useless to her.",
)


class Server:
    """The program serving a study; it can be killed and started again at the same port."""

    def __init__(self, study):
        self.study = study
        self.port = 0
        self.start()

    def start(self):
        """Start it, at the port it had before."""
        serve = ["-m", "assistcode", "-s", self.study, "serve", "--no-browser", "--port", str(self.port)]
        self.process = subprocess.Popen([sys.executable, *serve], stderr=subprocess.PIPE, text=True)
        self.invitation = re.search(r"http\S+", self.process.stderr.readline())[0]
        self.port = urlsplit(self.invitation).port

    def kill(self):
        """Take it away in the middle of everything, as a power cut would."""
        self.process.kill()
        self._told()

    def stop(self):
        """Stop it; nothing may have gone wrong inside it."""
        self.process.terminate()
        assert "Traceback" not in self._told()

    def _told(self):
        return self.process.communicate(timeout=20)[1]


class Window:
    """A person at a window. What goes wrong in the page is kept, and every host it talks to."""

    def __init__(self, page, port):
        self.page, self.port = page, port
        self.origin = f"http://127.0.0.1:{port}"
        self.errors, self.hosts, self.answers = [], set(), []
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._hear)
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))

    def _hear(self, message):
        if "Content Security Policy" in message.text:
            self.errors.append(message.text)

    def go(self, path):
        """Open a page and wait until it shows what it asks the server for."""
        self.page.goto(self.origin + path)
        for start, shown in (("/queue", "#passage span"), ("/read/", ".turn.here")):
            if path.startswith(start):
                expect(self.page.locator(shown)).to_be_visible()

    def press(self, *keys):
        """Press keys one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def code(self, name):
        """Code the selection, or the whole card, by keyboard."""
        self.press("c")
        self.choose(name)

    def choose(self, name):
        """Choose a code by name in the dialogue, a new one too, by keyboard."""
        chosen = self.page.locator("#choose-list [aria-selected=true] strong")
        expect(self.page.locator("#choose-name")).to_be_focused()
        self.page.keyboard.type(name)
        for _ in self.page.locator("#choose-list li").all():
            if chosen.all_text_contents() != [name]:
                self.press("ArrowDown")
        expect(chosen).to_have_text(name)
        self.press("Enter")

    def suggestion(self):
        """Return (words, code, pole) of the suggestion shown."""
        head, words = self.page.locator("#suggestion p").nth(1), self.page.locator("#suggestion p").nth(2)
        code, pole, *_ = head.text_content().split(", ")
        return words.text_content()[1:-1], code, {"present": "present", "spoken of as missing": "lacking"}[pole]

    def passage(self):
        """Return the words of the card."""
        return self.page.locator("#passage").text_content()

    def can(self, command):
        """Whether a button does something now."""
        return self.page.locator(f"[data-do={command}]").get_attribute("aria-disabled") == "false"

    def selected(self):
        """Return the selected words."""
        return self.page.evaluate("getSelection().toString().trim()")

    def drag(self, first, last):
        """Select by mouse from the beginning of some words to the end of others, each (place, words)."""
        ends = ((*first, False), (*last, True))
        (x, y), to = (place.evaluate(_WHERE, [words, is_end]) for place, words, is_end in ends)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(*to, steps=4)
        self.page.mouse.up()

    def saved(self):
        """Wait until the server has everything."""
        expect(self.page.locator("html")).to_have_attribute("data-unsaved", "0")

    def said(self, words):
        """Wait until the page says something."""
        expect(self.page.locator("#said")).to_contain_text(words)

    def listen(self):
        """Keep every answer of the server from now on, as (address, text)."""

        def keep(route):
            answer = route.fetch()
            self.answers.append((route.request.url, answer.text()))
            route.fulfill(response=answer)

        self.page.route("**/*", keep)

    def answered(self, name):
        """Return the values of the latest answer to a question."""
        return json.loads([text for url, text in self.answers if f"/api/{name}?" in url][-1])

    def source(self):
        """Return the page as it stands, and every answer kept."""
        return "\n".join([self.page.content(), *(text for _, text in self.answers)])


# Where some words begin, or end, in pixels; in a text from right to left they begin on the right.
_WHERE = """(root, [words, isEnd]) => {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, isEnd ? at + words.length - 1 : at);
    range.setEnd(node, isEnd ? at + words.length : at + 1);
    const isLeft = (getComputedStyle(node.parentElement).direction === "rtl") === isEnd;
    const box = range.getBoundingClientRect();
    return [isLeft ? box.left + 0.5 : box.right - 0.5, box.top + box.height / 2];
  }
}"""


def _make(path, texts, *, unaided=0, coders=("anna",)):
    """Make a closed study of texts by name, precoded with the static model."""
    folder = path.parent / "texts"
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    with Study.create(path, unaided=unaided) as study:
        study.import_transcripts([folder], pattern="d{dyad}_s{session}_{perspective}")
        study.precode(model="static")
        for name in coders:
            study.add_coder(name)
    return path


@pytest.fixture(scope="session")
def chromium():
    """Start one Chromium. Without it the tests skip; on the machine that checks every commit they fail."""
    program = shutil.which("chromium")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def serve():
    """Return a function that serves a study; every server is stopped at the end."""
    servers = []

    def start(study):
        servers.append(Server(study))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def enter(chromium):
    """Return a function that lets a person in, in a browser of their own, or a tab beside another window."""
    windows = []

    def come_in(server, coder="anna", *, address=None, beside=None, **about):
        context = beside.page.context if beside else chromium.new_context(**about)
        window = Window(context.new_page(), beside.port if beside else server.port)
        windows.append(window)
        if beside is None:
            window.page.goto(address or server.invitation)
            if coder:
                window.page.get_by_role("button", name=coder, exact=True).click()
                window.page.wait_for_url(f"{window.origin}/")
        return window

    yield come_in
    for window in windows:
        if not window.page.is_closed():
            window.page.unroute_all(behavior="wait")  # answers on their way are read to the end
    for context in {window.page.context for window in windows}:
        context.close()
    assert [error for window in windows for error in window.errors] == []
    assert {host for window in windows for host in window.hosts} == {"127.0.0.1"}


@pytest.fixture(scope="session")
def _long(tmp_path_factory):
    path = tmp_path_factory.mktemp("long") / "long.study"
    turns = [f"Client: {words} That was number {n}." for n in range(6) for words in SENTENCES]
    return _make(path, {"d1_s1_client": "\n\n".join(turns)}, unaided=9, coders=("anna", "ben"))


@pytest.fixture
def make_study(tmp_path):
    """Return a function that makes a study of texts by name."""
    return lambda texts, **about: _make(tmp_path / "made.study", texts, **about)


@pytest.fixture
def long(_long, tmp_path):
    """Copy a study of 36 passages with suggestions on most of them, nine of them unaided."""
    return shutil.copy(_long, tmp_path / "long.study")


@pytest.fixture
def short(precoded, tmp_path):
    """Copy the small study of both transcripts, none of it unaided."""
    return shutil.copy(precoded, tmp_path / "short.study")


@pytest.fixture
def table():
    """Return a function that reads rows of a table as they lie in a study file, oldest first."""

    def rows(path, name, columns="*"):
        with Study.open(path) as study:
            return [tuple(row) for row in study._db.execute(f"SELECT {columns} FROM {name} ORDER BY rowid")]

    return rows


@pytest.fixture
def codings():
    """Return a function that reads what stands in a study file: (coder, quote, code, verdict, pole, arm)."""

    def rows(path):
        with Study.open(path) as study:
            found = study.codings(every_verdict=True)
            for one in found:
                text = study.material.by_name[one.excerpt.transcript].text
                assert text[one.excerpt.start : one.excerpt.end] == one.excerpt.quote
            return [(one.coder, one.excerpt.quote, one.code, one.verdict, one.pole, one.arm) for one in found]

    return rows
