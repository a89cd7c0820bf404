"""A person at the page, in real Chromium: reads, selects, codes, decides, takes back; several at once; server away."""

import re
from itertools import cycle

import pytest
from playwright.sync_api import expect

from assistcode import Study

pytest_plugins = ["browsing"]


def go_on(window, key="u"):
    """Decide on everything shown with one key, and be done with the passage; return its words."""
    text = window.passage()
    window.press(".")
    while window.can("fits"):
        window.press(key)
    if window.passage() == text:
        window.press(".")
    expect(window.page.locator("#passage")).not_to_have_text(text)
    return text


# ---------------------------------------------------------------------- by keyboard


def test_thirty_passages_by_keyboard_alone(serve, enter, long, codings, table):
    """Thirty passages are coded, decided and finished without the mouse; the file holds what was seen and pressed."""
    window = enter(serve(long))
    window.go("/queue")
    verdicts = {"f": "fits", "d": "does not fit", "u": "unsure"}
    keys, expected, finished = cycle("fdun"), [], []

    def decide_and_go_on():
        text = window.passage()
        window.press(".")
        while window.can("fits"):
            words, code, pole = window.suggestion()
            key = next(keys)
            window.press(key)
            if key == "n":
                window.choose("tired")
                expected.extend([(words, code, "does not fit", None), (words, "tired", "fits", None)])
            else:
                expected.append((words, code, verdicts[key], pole if key == "f" else None))
        if window.can("on") and window.passage() == text:
            window.press(".")
        expect(window.page.locator("#passage")).not_to_have_text(text)
        finished.append(text)

    # a part of a sentence under a new name; the whole of the next under the same; words that become a code
    window.press("Shift+ArrowRight", "Shift+ArrowRight")
    expected.append((" ".join(window.passage().split()[:2]), "turning point", "fits", None))
    window.code("turning point")
    decide_and_go_on()
    expected.append((window.passage(), "turning point", "fits", "present"))
    window.press("r", "p")
    decide_and_go_on()
    window.press("ArrowRight", "ArrowRight", "Shift+ArrowRight", "i")
    words = " ".join(window.passage().split()[1:3])
    expected.append((words, words, "fits", None))
    decide_and_go_on()

    # put off: it is not finished; taken back: it is not coded
    put_off = window.passage()
    window.press("l")
    window.press("r", "z")
    window.said("taken back: 1 decision")
    expect(window.page.locator("#own li")).to_have_count(0)
    while len(finished) < 30:
        decide_and_go_on()
    window.saved()

    assert sorted(row[1:5] for row in codings(long)) == sorted(expected)
    with Study.open(long) as study:
        text = study.transcripts()[0].text
    assert [text[start:end] for start, end in table(long, "review", "start, end")] == finished
    assert [(kind, text[start:end]) for kind, start, end in table(long, "visit", "kind, start, end")] == [
        ("later", put_off)
    ]


def test_a_key_of_ones_own(serve, enter, short, table):
    """A key chosen on the page of keys does its work, and the first one does nothing any more."""
    window = enter(serve(short))
    window.go("/keys")
    window.page.get_by_label("change the key for: repeat the last code").click()
    window.press("c")
    window.said("“c” is taken")
    window.page.get_by_label("change the key for: repeat the last code").click()
    window.press("q")
    expect(window.page.locator("tr", has_text="repeat the last code").locator("kbd")).to_have_text("q")
    window.go("/queue")
    window.code("shame")
    window.press("Shift+ArrowRight", "r")
    expect(window.page.locator("#own li")).to_have_count(1)
    window.press("q")
    expect(window.page.locator("#own li")).to_have_count(2)
    window.saved()
    assert len(table(short, "decision")) == 2


def test_single_keys_switched_off(serve, enter, short, table):
    """With single keys switched off a key does nothing, and its button still works."""
    window = enter(serve(short))
    window.go("/keys")
    window.page.get_by_label("single keys are on").uncheck()
    window.go("/queue")
    before = window.passage()
    window.press("c", "r", ".", "l", "z")
    assert window.passage() == before
    window.page.get_by_role("button", name="later").click()
    expect(window.page.locator("#passage")).not_to_have_text(before)
    window.saved()
    assert len(table(short, "visit")) == 1
    assert table(short, "decision") == table(short, "review") == []


def test_enter_decides_nothing(serve, enter, short, table):
    """Enter and the space bar decide nothing on a card, also not right after a button was clicked."""
    window = enter(serve(short))
    window.go("/queue")
    window.press(".")
    seen = window.suggestion()
    window.press("Enter", "Space")
    assert window.suggestion() == seen
    window.page.get_by_role("button", name="does not fit").click()
    window.press("Enter", "Space", "Enter")
    window.saved()
    assert len(table(short, "decision")) == 1
    assert table(short, "review") == []


def test_nothing_is_chosen_beforehand(serve, enter, short, table):
    """In the dialogue Enter takes nothing until a code is chosen; an exact name takes that code, not a longer one."""
    window = enter(serve(short))
    window.go("/queue")
    window.press("c", "Enter")
    expect(window.page.locator("#choose")).to_be_visible()
    window.press("Escape")
    window.code("not afraid any more")
    window.code("not afraid")
    window.code("not afraid")
    window.saved()
    names = [item.text_content() for item in window.page.locator("#own strong").all()]
    assert names == ["not afraid any more", "not afraid"]


def test_put_off_comes_back_last(serve, enter, short):
    """A passage put off comes back when all others are finished, and only then."""
    window = enter(serve(short))
    window.go("/queue")
    done = [go_on(window), go_on(window)]
    put_off = window.passage()
    window.page.wait_for_load_state("networkidle")
    window.press("l")
    with Study.open(short) as study:
        n = len(study.material.passages)
    while len(done) < n - 1:
        done.append(go_on(window))
    expect(window.page.locator("#passage")).to_have_text(put_off)


# ---------------------------------------------------------------------- reading an interview


@pytest.fixture
def interview(serve, enter, long):
    """Open the one interview of the long study."""
    window = enter(serve(long))
    window.go("/read/d1_s1_client")
    return window


def suggestions(path):
    """Return how many suggestions stand on aided and on unaided passages."""
    with Study.open(path) as study:
        shown, everything = study.suggestions(), study.suggestions(even_unaided=True, coder="anna")
        return len(shown), len(everything) - len(shown)


def test_suggestions_are_locked_until_read(interview, long, table):
    """An interview shows no suggestion until it is marked read; then those on unaided passages are counted only."""
    page = interview.page
    expect(page.locator("#lock")).to_contain_text("locked until you have marked")
    interview.press("j", "f")
    expect(page.locator("#suggestion")).to_have_text("Locked until the interview is read.")
    interview.press("w")
    expect(page.locator("#lock")).to_contain_text("You have read it.")
    interview.press("j")
    expect(page.locator("#suggestion p").first).to_contain_text("2 of ")
    told = page.locator("#lock").text_content()
    assert table(long, "visit", "kind") == [("read",)]
    n_shown, n_withheld = suggestions(long)
    assert f"{n_shown} suggestions." in told
    assert f"{n_withheld} more come" in told
    assert n_withheld > 0


def test_an_early_look_takes_two_presses(interview, long, table):
    """The first press asks, the second opens the suggestions and records each aided passage as looked at early."""
    page = interview.page
    interview.press("o")
    interview.said("Once more")
    expect(page.locator("#lock")).to_contain_text("locked")
    assert table(long, "visit") == []
    interview.press("o")
    expect(page.locator("#lock")).to_contain_text("You looked early; that is recorded.")
    interview.press("z")
    interview.said("nothing left to take back")
    expect(page.locator("#lock")).to_contain_text("You looked early")
    with Study.open(long) as study:
        aided = [(p.start, p.end) for p in study.material.passages if not study.material.is_unaided(p)]
    assert sorted(table(long, "visit", "start, end")) == sorted(aided)
    assert set(table(long, "visit", "kind")) == {("early look",)}


def test_finished_to_here(interview, long, table):
    """One key finishes everything down to the turn one is in, each passage once."""
    interview.press("ArrowDown", "ArrowDown", "h")
    interview.said("3 passages finished")
    interview.press("h")
    interview.said("finished already")
    interview.press("ArrowDown", "h")
    interview.said("1 passage finished")
    with Study.open(long) as study:
        first = [(p.start, p.end) for p in study.material.passages][:4]
    assert table(long, "review", "start, end") == first


def test_a_suggestion_in_an_interview(interview, long, codings):
    """Once read, a suggestion is decided on with one key, and one's verdict is in the file."""
    interview.press("w")
    expect(interview.page.locator("#suggestion strong")).to_be_visible()
    words, code, pole = interview.suggestion()
    interview.press("f")
    expect(interview.page.locator("#suggestion p").first).to_contain_text("2 of ")
    interview.saved()
    assert codings(long) == [("anna", words, code, "fits", pole, "assisted")]


# ---------------------------------------------------------------------- selecting

ODD = """\
Client: Wait 😱 there. Naïve me: cafe\u0301, 👩‍👩‍👧 and \U0001f1eb\U0001f1f7! I felt safe, e\u0301ven there.

Client: “No,” I said 🙈 and left. It was a long way home.

Client: שלום, הייתי מפוחד מאוד ורציתי ללכת הביתה.
"""


@pytest.fixture
def odd(make_study, serve, enter):
    """Open an interview with emoji, combining marks and Hebrew."""
    server = serve(make_study({"d1_s1_client": ODD}))
    window = enter(server)
    window.go("/read/d1_s1_client")
    window.study = server.study
    return window


def turn(window, n):
    """Return the words of a turn."""
    return window.page.locator(f"#t{n} .words")


def test_select_within_a_sentence_by_mouse(odd, codings):
    """Words after emoji and combining marks are coded where they stand, counted in code points."""
    odd.drag((turn(odd, 1), "felt"), (turn(odd, 1), "safe"))
    odd.code("safety")
    odd.saved()
    assert [row[1:3] for row in codings(odd.study)] == [("felt safe", "safety")]


def test_select_within_a_sentence_by_keyboard(odd, codings):
    """Arrow keys go word by word, with Shift they select on; escape lets go."""
    for _ in range(40):
        odd.press("ArrowRight")
        if odd.selected() == "felt":
            break
    odd.press("Shift+ArrowRight")
    odd.code("safety")
    odd.saved()
    assert [row[1:3] for row in codings(odd.study)] == [("felt safe", "safety")]
    odd.press("Shift+ArrowRight", "Escape")
    assert odd.selected() == ""


def test_select_across_turns_by_mouse(odd, codings):
    """A selection from one turn into the next is one excerpt."""
    odd.drag((turn(odd, 1), "safe"), (turn(odd, 2), "said"))
    odd.code("shame")
    odd.saved()
    ((_, quote, code, *_),) = codings(odd.study)
    assert (quote.startswith("safe, e\u0301ven"), quote.endswith("I said"), code) == (True, True, "shame")


def test_select_across_turns_by_keyboard(odd, codings):
    """With Shift the arrows go on into the next turn."""
    odd.press("ArrowDown")
    while "way home" not in odd.selected():
        odd.press("Shift+ArrowRight")
    odd.press("Shift+ArrowDown")
    odd.code("shame")
    odd.saved()
    ((_, quote, *_),) = codings(odd.study)
    assert quote.startswith("“No,” I said 🙈")
    assert "שלום" in quote


def test_select_right_to_left(odd, codings):
    """Hebrew words are coded by mouse and by keyboard in their order of reading."""
    odd.drag((turn(odd, 3), "הייתי"), (turn(odd, 3), "מפוחד"))
    odd.code("fear")
    expect(odd.page.locator("#t3 .codes li")).to_have_count(1)
    odd.press("Escape", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "i")
    odd.saved()
    words = "הייתי"
    assert sorted(row[1:3] for row in codings(odd.study)) == [(words, words), ("הייתי מפוחד", "fear")]


def test_a_selection_outlives_the_servers_answer(serve, enter, short):
    """What one selects while a coding is being saved stays selected when it is."""
    window = enter(serve(short))
    window.go("/queue")
    held = []

    def hold(route):
        held.append(route)

    window.page.route("**/api/decide", hold)
    window.code("shame")
    window.press("ArrowRight", "ArrowRight")
    words = window.selected()
    held[0].continue_()
    window.saved()
    assert window.selected() == words != ""


# ---------------------------------------------------------------------- taking back


def test_undo_across_a_restart(serve, enter, short, codings):
    """What was written before the server was started anew is taken back with the same key, step by step."""
    server = serve(short)
    window = enter(server)
    window.go("/queue")
    text = window.passage()
    window.code("shame")
    go_on(window)
    window.saved()
    server.kill()
    server.start()
    window.page.close()
    again = enter(server)
    again.go("/queue")
    assert again.passage() != text
    again.press("z")
    again.said("taken back: 1 finished passage")
    expect(again.page.locator("#passage")).to_have_text(text)
    while codings(short):
        again.press("z")
        again.said("taken back: 1 decision")
        again.saved()
    assert codings(short) == []
    with Study.open(short) as study:
        assert study.status()["reviewed_by"]["anna"] == 0


def test_take_off_one_coding(serve, enter, short, codings):
    """The button beside a coding takes that one off, whatever was coded since, and also when its pole was turned."""
    window = enter(serve(short))
    window.go("/queue")
    window.code("shame")
    window.press("p", "p")
    window.code("safety")
    window.saved()
    window.page.get_by_role("button", name="take off shame").click()
    window.said("taken off: shame")
    window.saved()
    assert [row[2] for row in codings(short)] == ["safety"]
    window.page.reload()
    expect(window.page.locator("#own strong")).to_have_text(["safety"])


def test_a_code_taken_back_can_be_made_again(serve, enter, short, codings):
    """A new code goes with the coding that made it; the same name makes it anew."""
    window = enter(serve(short))
    window.go("/queue")
    for _ in range(2):
        window.code("door")
        expect(window.page.locator("#own li")).to_have_count(1)
        window.press("z")
        window.said("taken back")
        expect(window.page.locator("#own li")).to_have_count(0)
    window.code("door")
    window.saved()
    assert [row[2] for row in codings(short)] == ["door"]


# ---------------------------------------------------------------------- unaided


@pytest.fixture
def unaided(make_study):
    """Make a study of three passages, all unaided, with fear suggested on the first."""
    turns = ("I was so scared of him that I trembled.", "The bus was late.", "The shop had no bread.")
    return make_study({"d1_s1_client": "\n\n".join(f"Client: {one}" for one in turns)}, unaided=3)


def test_an_unaided_card_says_nothing_of_its_suggestion(serve, enter, unaided):
    """Before one has finished with an unaided passage neither the page nor any answer holds its suggestion."""
    with Study.open(unaided) as study:
        (hidden,) = study.suggestions().hidden
    reason = hidden.evidence[0].reason(hidden.excerpt)
    window = enter(serve(unaided))
    window.listen()
    window.go("/queue")
    while "scared" not in window.passage():
        window.press("l")
    expect(window.page.locator("#suggestion")).to_contain_text("Unaided")
    window.code("distance")
    window.saved()
    window.go("/read/d1_s1_client")
    window.press("w")
    expect(window.page.locator("#lock")).to_contain_text("1 more come")
    before = window.source()
    window.go("/queue")
    go_on(window)
    window.press("v")
    expect(window.page.locator("#suggestion")).to_contain_text(reason)
    assert reason not in before
    assert '"marks"' not in before
    assert reason in window.source()


def test_a_decision_after_an_unaided_one_is_kept_beside_it(serve, enter, unaided, table):
    """What one decides after finishing an unaided passage is assisted; the first decision stays as it was."""
    window = enter(serve(unaided))
    window.go("/queue")
    while "scared" not in window.passage():
        window.press("l")
    window.code("fear")
    go_on(window)
    window.press("v")
    expect(window.page.locator("#suggestion strong")).to_have_text("fear")
    window.press("d")
    window.saved()
    assert table(unaided, "decision", "verdict, arm, shown IS NULL") == [
        ("fits", "unaided", 1),
        ("does not fit", "assisted", 0),
    ]


# ---------------------------------------------------------------------- the server away


def test_the_server_is_killed_and_comes_back(serve, enter, short, table):
    """What is pressed while the server is away is counted as unsaved, closing warns, and it is saved once."""
    server = serve(short)
    window = enter(server)
    window.go("/queue")
    window.code("shame")
    window.saved()
    server.kill()
    window.code("door")
    window.press("r")
    go_on(window)
    text = window.passage()
    window.code("door")
    expect(window.page.locator("#unsaved")).to_have_text(re.compile(r"^unsaved [5-9]$"))
    with window.page.expect_event("dialog") as warned:
        window.page.close(run_before_unload=True)
    assert warned.value.type == "beforeunload"
    warned.value.dismiss()
    server.start()
    window.saved()
    assert window.passage() == text
    expect(window.page.locator("#unsaved")).to_have_text("")
    rows = table(short, "decision", "start, code_id, verdict")
    assert len(rows) == len(set(rows)) + 1  # "repeat" said the same once more, as a decision of its own
    assert len(table(short, "review")) == 1
    assert len(table(short, "code_event WHERE kind = 'create' AND entity = 'code'")) == 6


def test_an_answer_lost_on_the_way_is_not_written_twice(serve, enter, short, table):
    """When the server has written something and its answer is lost, sending it again writes nothing more."""
    window = enter(serve(short))
    window.go("/queue")
    lost = []

    def lose_the_first(route):
        name = route.request.url.rpartition("/")[2]
        if name in {"decide", "memo", "finish", "later"} - set(lost):
            lost.append(name)
            route.fetch()
            route.abort()
        else:
            route.continue_()

    window.page.route("**/api/*", lose_the_first)
    window.code("door")
    window.press("m")
    window.page.keyboard.type("She looks at the door.")
    window.press("Control+Enter")
    go_on(window)
    window.press("l")
    window.saved()
    assert sorted(lost) == ["decide", "finish", "later", "memo"]
    names = ("decision WHERE verdict = 'fits'", "memo", "review", "visit")
    assert [len(table(short, name)) for name in names] == [1, 1, 1, 1]


# ---------------------------------------------------------------------- several people, several windows


def test_two_coders_have_queues_of_their_own(serve, enter, long, codings):
    """Two people at one server: each has every passage to read, and neither sees what the other coded."""
    server = serve(long)
    anna = enter(server)
    anna.go("/invite")
    ben = enter(server, "ben", address=anna.page.locator(".address").text_content())
    anna.go("/queue")
    ben.go("/queue")
    first = anna.passage()
    assert ben.passage() == first
    anna.code("shame")
    go_on(anna)
    ben.code("safety")
    anna.saved()
    ben.saved()
    assert ben.passage() == first
    for window, code, other in ((anna, "shame", "safety"), (ben, "safety", "shame")):
        window.listen()
        window.go("/read/d1_s1_client")
        expect(window.page.locator(".turn .codes li strong")).to_have_text([code])
        assert other not in [one["code"] for one in window.answered("interview")["codings"]]
    assert sorted((row[0], row[1], row[2]) for row in codings(long)) == [
        ("anna", first, "shame"),
        ("ben", first, "safety"),
    ]


@pytest.fixture
def tabs(serve, enter, short):
    """Open two tabs of one coder at the same suggestion."""
    one = enter(serve(short))
    two = enter(None, beside=one)
    for tab in (one, two):
        tab.go("/queue")
        tab.press(".")
    assert one.suggestion() == two.suggestion()
    return one, two


def test_two_tabs_cannot_overwrite_each_other(tabs, short, table):
    """The second verdict on the same suggestion is refused with a line that tells of the first, which stands."""
    one, two = tabs
    one.press("f")
    one.saved()
    two.press("d")
    two.said("you decided 'fits' on it in another window meanwhile")
    assert table(short, "decision", "verdict") == [("fits",)]
    expect(two.page.locator("#own li")).to_have_count(1)


def test_the_same_verdict_in_two_tabs_is_one(tabs, short, table):
    """The same verdict from two tabs is written once."""
    for tab in tabs:
        tab.press("f")
        tab.saved()
    assert table(short, "decision", "verdict") == [("fits",)]
