"""Who may come in, what leaves, and the whole way without the terminal; every page by axe, narrow and long texts."""

import http.client
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from assistcode import Study

pytest_plugins = ["browsing"]

PAGES = (
    "/", "/read", "/read/d1_s3_client", "/queue", "/codebook", "/candidates", "/members", "/relook", "/memos",
    "/differing", "/quotations",
    "/report", "/import", "/precode", "/export", "/coders", "/keys", "/invite", "/print/d1_s3_client", "/print/nobody",
)  # fmt: skip
HTML = """<script>document.title = "taken"</script> "so" & 'so' <img src=x onerror=alert(1)> </textarea> {{ 7 * 7 }}"""


# ---------------------------------------------------------------------- who may come in


class Caller:
    """Somebody who speaks to the server without a browser."""

    def __init__(self, server):
        self.server = server
        self.headers = {}

    def ask(self, path, method="GET", body=None, **headers):
        """Return (status, headers, text) of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, self.headers | named)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        connection.close()
        return answer.status, answer.headers, text

    def come_in(self):
        """Take the way in that the program printed."""
        _, headers, _ = self.ask("/" + self.server.invitation.rpartition("/")[2])
        self.headers["Cookie"] = headers["Set-Cookie"].partition(";")[0]
        return headers["Set-Cookie"]

    def csrf(self):
        """Return the token that stands on every page."""
        return re.search(r'name="csrf" content="(\w+)"', self.ask("/coders")[2])[1]


@pytest.fixture
def caller(serve, short):
    """Serve the small study to somebody without a browser."""
    return Caller(serve(short))


def test_without_the_cookie_nobody_comes_in(caller):
    """Without the cookie nothing is answered, not even a static file; a guessed or changed cookie is none."""
    name, _, value = caller.come_in().partition(";")[0].partition("=")
    caller.headers.clear()
    for path in ("/", "/queue", "/api/codes", "/static/page.js", "/backup", "/?token=guessed"):
        status, _, text = caller.ask(path)
        assert (status, text) == (403, "Open the page with the address the program printed; it works once.")
        assert caller.ask(path, Cookie=f"{name}=x{value}")[0] == 403


def test_the_address_works_once(caller):
    """The printed address lets one browser in, with a cookie that scripts and other sites do not get."""
    cookie = caller.come_in()
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert caller.ask("/coders")[0] == 200
    again = Caller(caller.server)
    assert again.ask("/" + caller.server.invitation.rpartition("/")[2])[0] == 403


def test_another_host_is_refused(caller):
    """A request that names another host or port is refused, cookie or not: no other site's name may lead here."""
    caller.come_in()
    for host in ("example.org", "127.0.0.1", "127.0.0.1:1", f"example.org:{caller.server.port}"):
        status, _, text = caller.ask("/coders", Host=host)
        assert (status, text) == (400, "This page answers at its own address only.")


def test_a_write_from_elsewhere_is_refused(caller, table):
    """A write needs the page's own origin and its token; with both it is taken."""
    caller.come_in()
    right = {"Origin": f"http://127.0.0.1:{caller.server.port}", "X_CSRF_Token": caller.csrf(), "X_Coder": "anna"}
    body = '{"name": "door"}'
    for wrong in ({"Origin": ""}, {"Origin": "http://example.org"}, {"X_CSRF_Token": ""}, {"X_CSRF_Token": "0" * 64}):
        status, _, text = caller.ask("/api/code", "POST", body, **right | wrong)
        assert (status, text) == (403, "This did not come from the page. Reload it and try again.")
    with_door = "code_event WHERE payload LIKE '%door%'"
    assert table(caller.server.study, with_door) == []
    assert caller.ask("/api/code", "POST", body, **right)[0] == 200
    assert len(table(caller.server.study, with_door)) == 1


def test_every_answer_is_guarded(caller):
    """Pages, values, files, redirects and refusals all forbid foreign content, framing and caching."""
    refused = [caller.ask("/"), caller.ask("/", Host="example.org")]
    caller.come_in()
    paths = ("/", "/coders", "/static/page.css", "/api/codes", "/nowhere", "/backup", "/print/nobody")
    answers = refused + [caller.ask(path) for path in paths]
    assert {status for status, _, _ in answers} == {200, 303, 400, 403, 404}
    for _, headers, _ in answers:
        assert headers["Content-Security-Policy"].startswith("default-src 'self'; frame-ancestors 'none'")
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"


# ---------------------------------------------------------------------- texts as they are


def test_words_are_never_markup(serve, enter, make_study):
    """A transcript, a code and a memo that look like HTML are shown as they were written, on every page."""
    window = enter(serve(make_study({"d1_s3_client": f"Client: {HTML}"})))
    page = window.page
    window.go("/queue")
    assert window.passage() == HTML
    window.code("<b>bold</b>")
    window.press("m")
    page.keyboard.type(HTML)
    window.press("Control+Enter")
    window.saved()
    for path in PAGES:
        window.go(path)
        assert page.locator("script:not([src]), img, b").count() == 0
        assert "taken" not in page.title()
    window.go("/read/d1_s3_client")
    expect(page.locator(".words")).to_have_text(HTML)
    expect(page.locator(".codes strong")).to_have_text("<b>bold</b>")
    window.go("/codebook")
    expect(page.locator("summary strong", has_text="<b>bold</b>")).to_be_visible()


def test_what_is_wrong_stands_beside_the_form(serve, enter, short):
    """What the server refuses is told in one line beside the form, and what was typed stays."""
    window = enter(serve(short), coder=None)
    page = window.page
    page.get_by_label("Somebody new").fill("Anna")
    page.get_by_role("button", name="Join the roster").click()
    expect(page.get_by_role("alert")).to_have_text("coder 'Anna': is on the roster already. Choose another name.")
    expect(page.get_by_label("Somebody new")).to_have_value("Anna")


def test_long_turns_and_long_words_stay_inside(serve, enter, make_study):
    """A turn of 5,000 words and a word of 400 letters do not make a page scroll sideways, also on a narrow screen."""
    text = f"Client: {'word ' * 5000}\n\nClient: {'w' * 400}"
    window = enter(serve(make_study({"d1_s3_client": text})))
    for path in ("/queue?order=random", "/read/d1_s3_client", "/candidates", "/print/d1_s3_client"):
        window.go(path)
        for width in (1280, 400):
            window.page.set_viewport_size({"width": width, "height": 800})
            assert window.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (path, width)


# ---------------------------------------------------------------------- every page


def look(window, where):
    """Return what axe finds wrong, in light and dark."""
    found = []
    for scheme, only in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        window.page.emulate_media(color_scheme=scheme)
        violations = Axe().run(window.page, options=only).response["violations"]
        found += [(where, scheme, one["id"], one["nodes"][0]["html"]) for one in violations]
    return found


def test_axe_finds_nothing_wrong(serve, enter, short):
    """Every page and open dialogue can be used with a screen reader as far as axe can tell, in light and dark."""
    window = enter(serve(short))
    found = []
    for path in PAGES:
        window.go(path)
        found += look(window, path)
    window.go("/queue")
    window.press(".")
    found += look(window, "a suggestion")
    for key, dialog in (("c", "choose"), ("m", "write")):
        window.press(key)
        found += look(window, dialog)
        window.press("Escape")
        expect(window.page.locator("dialog[open]")).to_have_count(0)
    window.press("f", "b", ".")
    found += look(window, "codebook")
    window.go("/read/d1_s3_client")
    window.press("w")
    expect(window.page.locator("#suggestion strong")).to_be_visible()
    found += look(window, "an interview read")
    assert found == []


def test_nothing_leaves_this_machine(serve, enter, short):
    """Over all pages and a decision no request goes to any other host."""
    window = enter(serve(short))
    for path in PAGES:
        window.go(path)
    window.go("/queue")
    window.press(".", "f", ".")
    window.saved()
    assert window.hosts == {"127.0.0.1"}


# ---------------------------------------------------------------------- the whole way


def test_from_nothing_to_an_export_without_the_terminal(serve, enter, tmp_path):
    """Where no study is, the page makes one, imports two files as the person says, pre-codes, and gives it back."""
    files = {"K1.txt": "T: And you?\n\nK: I was so scared of him.\n", "K2.txt": "T: So?\n\nK: I felt safe with him.\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    window = enter(serve(tmp_path / "new.study"), coder=None)
    page = window.page
    assert page.url.endswith("/new")
    found = look(window, "new")
    page.get_by_label("Title").fill("Forming an alliance")
    page.get_by_label("Your name").fill("Zoë")
    page.get_by_role("button", name="Make the study").click()
    page.get_by_label("Transcripts").set_input_files([tmp_path / name for name in files])
    page.get_by_role("button", name="Look at them first").click()
    expect(page.get_by_role("heading", name="2 interviews")).to_be_visible()
    found += look(window, "preview")
    for session, name in enumerate(files, 1):
        page.get_by_label(f"dyad of {name}").fill("7")
        page.get_by_label(f"session of {name}").fill(str(session))
    page.get_by_label("role of K", exact=True).select_option("client")
    page.get_by_label("role of T", exact=True).select_option("interviewer")
    with page.expect_navigation():
        page.get_by_role("button", name="Look again").click()
    expect(page.get_by_label("session of K2.txt")).to_have_value("2")
    page.get_by_role("button", name="Import 2").click()
    page.get_by_label("quick").check()
    page.get_by_role("button", name="Pre-code").click()
    expect(page.locator("#step")).to_be_visible()
    expect(page.locator("#made")).to_contain_text("suggestions. Nothing is coded by that.", timeout=30_000)
    page.get_by_role("link", name="Queue").click()
    expect(page.locator("#passage span")).to_be_visible()
    window.press(".")
    assert window.suggestion()[1] == "fear"
    window.press("f", ".")
    window.saved()
    page.get_by_role("link", name="Export").click()
    kept = []
    for name in ("codings.csv", "Backup"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        kept.append(tmp_path / download.value.suggested_filename)
        download.value.save_as(kept[-1])
    assert "I was so scared of him." in kept[0].read_text(encoding="utf-8-sig")
    with Study.open(kept[1]) as study:
        assert study.facts.title == "Forming an alliance"
        assert [(one.code, one.coder, one.dyad, one.session, one.role) for one in study.codings()] == [
            ("fear", "Zoë", "7", "1", "client")
        ]
    assert found == []
