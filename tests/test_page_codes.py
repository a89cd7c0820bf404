"""From candidate to code through the page: name, members, merge, group, define, look again, take back."""

import re
from itertools import pairwise
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from assistcode import Study

pytest_plugins = ["browsing"]

WORDS = ("big", "small", "brown", "old", "loud", "wild", "black", "white", "grey", "young")


@pytest.fixture
def late(make_study):
    """Make a study whose clusters are about a bus, a train and tea."""
    lines = [f"The {word} {thing} was late again." for thing in ("bus", "train", "tea") for word in WORDS]
    return make_study({"d1_s3_client": "\n\n".join(f"Client: {line}" for line in lines)})


@pytest.fixture
def window(serve, enter, late):
    """Let anna in."""
    return enter(serve(late))


def send(window, name, *, within=None):
    """Press a button and wait until the page is there again."""
    with window.page.expect_navigation():
        (within or window.page).get_by_role("button", name=name, exact=True).press("Enter")


def open_code(window, name):
    """Open a code of the codebook; return where its forms are."""
    window.go("/codebook")
    code = window.page.locator(".book > li", has=window.page.locator("strong", has_text=re.compile(f"^{name}$")))
    code.locator("summary").press("Enter")
    return code


def names(path):
    """Return what belongs to each code that has members."""
    with Study.open(path) as study:
        groups = study.groups()
        found = {code.name: groups.of_code(code.id) for code in groups.book.codes.values()}
        return {name: {one.excerpt.quote for one in of.members} for name, of in found.items() if of.members}


def test_the_way_from_candidate_to_code(window, late):
    """By keyboard: two candidates named, a member set aside and one moved, a split, a merge, a theme, an undo."""
    page = window.page
    for name in ("waiting", "patience"):
        window.go("/candidates")
        page.locator(".book summary").first.press("Enter")
        page.get_by_label("Name it").first.fill(name)
        page.get_by_label("Definition").first.fill(f"What {name} is.")
        send(window, "Make it a code", within=page.locator(".book > li").first)
    before = names(late)
    assert set(before) == {"waiting", "patience"}

    window.go("/members?code=waiting")
    chosen = [page.locator("legend ~ label span").nth(2 * n).text_content() for n in range(3)]
    page.get_by_role("checkbox").nth(0).press("Space")
    send(window, "Set aside")
    expect(page.get_by_role("group", name="Set aside").locator("label span").first).to_have_text(chosen[0])
    page.get_by_role("checkbox").nth(0).press("Space")
    page.get_by_label("To the code").select_option("patience")
    send(window, "Move to this code")
    page.get_by_role("checkbox").nth(0).press("Space")
    page.get_by_role("checkbox").nth(1).press("Space")
    page.get_by_label("New code").fill("lateness")
    send(window, "Split off as a new code")
    now = names(late)
    assert now["patience"] == before["patience"] | {chosen[1]}
    assert chosen[2] in now["lateness"]
    assert now["waiting"] == before["waiting"] - now["lateness"] - set(chosen)

    code = open_code(window, "lateness")
    code.get_by_label("It is part of").select_option("waiting")
    send(window, "Merge", within=code)
    assert names(late)["waiting"] == before["waiting"] - set(chosen[:2])
    code = open_code(window, "waiting")
    code.get_by_label("Theme").fill("Time")
    send(window, "Put it under this theme", within=code)
    expect(page.get_by_text("candidate, Time")).to_be_visible()
    send(window, "Take back: theme 'Time' made, code 'waiting' grouped")
    with Study.open(late) as study:
        assert study.code("waiting").theme is None
        assert study.codings() == []


def test_a_long_list_is_narrowed_and_ticked_at_once(window, late):
    """Of a code's members those with a word are shown, all of them ticked with one key, and split off."""
    page = window.page
    with Study.open(late) as study:
        study.add_code("waiting", "anna")
        every = [one for candidate in study.candidates() for one in candidate.members]
        study.move_members([one.id for one in every], "waiting", "anna")
    wanted = {one.quote for one in every if "bus" in one.quote.lower()}
    assert 1 < len(wanted) < len(every)
    window.go("/members?code=waiting")
    page.get_by_label("Show only those with").fill("Bus")
    page.get_by_label("Show only those with").press("Enter")
    expect(page.get_by_role("checkbox")).to_have_count(len(wanted))
    page.get_by_role("button", name="Tick all shown").press("Enter")
    expect(page.locator("#ticked")).to_have_text(f"{len(wanted)} ticked")
    page.get_by_label("New code").fill("buses")
    send(window, "Split off as a new code")
    assert names(late)["buses"] == wanted
    assert names(late)["waiting"] == {one.quote for one in every} - wanted


def test_what_came_with_its_cluster_is_kept(window, late, tmp_path):
    """After an interview more it stands apart, until somebody keeps it."""
    page, more = window.page, tmp_path / "d2_s3_client.txt"
    more.write_text("\n\n".join(f"Client: That {word} bus was late once more." for word in WORDS), encoding="utf-8")
    with Study.open(late) as study:
        bus = next(one for one in study.candidates() if "bus" in one.label)
        study.name_candidate(bus.number, "waiting", "anna")
        study.import_transcripts([more], pattern="d{dyad}_s{session}_{perspective}")
        study.precode(model="static")
        found = study.groups().of_code(study.code("waiting").id).members
    came = sum(one.by == "machine" for one in found)
    assert came
    window.go("/members?code=waiting")
    expect(page.get_by_role("group", name=f"Came with its cluster, {came}")).to_be_visible()
    page.get_by_role("button", name="Tick all shown").press("Enter")
    for box in page.get_by_role("group", name="Put here by people").get_by_role("checkbox").all():
        box.uncheck()
    send(window, "Keep here")
    expect(page.get_by_role("group", name=f"Put here by people, {len(found)}")).to_be_visible()
    expect(page.get_by_role("button", name="Keep here")).to_have_count(0)


def test_what_was_set_aside_can_be_put_back(window, late):
    """A member that was set aside is ticked among those set aside and moved back; Enter in the name splits."""
    page = window.page
    with Study.open(late) as study:
        study.name_candidate(1, "waiting", "anna")
    before = names(late)
    window.go("/members?code=waiting")
    page.get_by_role("checkbox").nth(0).press("Space")
    send(window, "Set aside")
    assert names(late) != before
    page.get_by_role("group", name="Set aside").get_by_role("checkbox").press("Space")
    page.get_by_label("To the code").select_option("waiting")
    send(window, "Move to this code")
    assert names(late) == before
    page.get_by_role("checkbox").nth(0).press("Space")
    page.get_by_label("To the code").select_option("shame")
    page.get_by_label("New code").fill("lateness")
    with page.expect_navigation():
        page.get_by_label("New code").press("Enter")
    assert len(names(late)["lateness"]) == 1


def test_what_was_coded_under_older_words_is_looked_at_again(window, late):
    """A new definition lists the coding with both wordings; confirmed it goes, with its decision kept."""
    page = window.page
    with Study.open(late) as study:
        study.name_candidate(1, "waiting", "anna", definition="Old words.")
        for one in study.groups().of_code(study.code("waiting").id).members[:2]:
            study.decide(one.excerpt, "waiting", "fits", "anna")
    code = open_code(window, "waiting")
    code.get_by_label("Definition").fill("New words.")
    send(window, "Keep the change", within=code)
    page.get_by_role("link", name="To be looked at again: 2 of your codings").click()
    for words in ("waiting: Old words.", "waiting: New words."):
        expect(page.get_by_text(words).first).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    send(window, "still fits", within=page.locator(".book > li").first)
    send(window, "does not fit any more", within=page.locator(".book > li").first)
    expect(page.get_by_text("No coding of yours is older than the wording of its code.")).to_be_visible()
    with Study.open(late) as study:
        assert sorted(one.verdict for one in study.codings(every_verdict=True)) == ["does not fit", "fits"]


def test_a_page_of_an_earlier_run_names_nothing(window, late):
    """When the candidates were made anew since the page was opened, the form says so and writes nothing."""
    page = window.page
    window.go("/candidates")
    page.locator(".book summary").first.press("Enter")
    with Study.open(late) as study:
        study.precode(model="static", min_cluster_size=5)
    page.get_by_label("Name it").first.fill("waiting")
    page.get_by_role("button", name="Make it a code").first.click()
    expect(page.get_by_role("alert").first).to_have_text(
        "waiting: the candidates were made anew meanwhile. Open the candidates again and look at its members."
    )
    window.go("/candidates")
    expect(page.get_by_text("What the last pre-coding changed")).to_be_visible()
    assert names(late) == {}


def test_the_pages_of_members_pass_axe(window, late):
    """Members of a candidate, of a code with one set aside, and the unclustered can be used with a screen reader."""
    with Study.open(late) as study:
        study.name_candidate(1, "waiting", "anna")
        study.set_aside([study.groups().of_code(study.code("waiting").id).members[0].excerpt.id], "anna")
        candidate = study.candidates()[0].exemplars[0].id
        study.precode(model="static", min_cluster_size=5)
    for path in ("/members?code=waiting", f"/members?candidate={candidate}", "/members?unclustered=1", "/candidates"):
        window.go(path)
        assert [one["id"] for one in Axe().run(window.page).response["violations"]] == [], path


def test_a_candidate_is_named_where_all_its_members_are_read(window, late):
    """Named on the page of its members, that page is the code's; taken back there, the codebook is shown."""
    page = window.page
    with Study.open(late) as study:
        candidate = study.candidates()[0]
    window.go(f"/members?candidate={candidate.exemplars[0].id}")
    page.get_by_label("Name it").fill("waiting & 'seeing'")
    send(window, "Make it a code")
    expect(page.get_by_role("heading", level=1)).to_have_text("waiting & 'seeing'")
    expect(page.get_by_role("checkbox")).to_have_count(len(candidate.members))
    page.get_by_role("button", name="Take back").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Codebook")
    assert names(late) == {}


def test_what_is_ticked_in_a_long_list_can_be_moved_at_once(window, late):
    """At the first of many members the buttons are in sight, and so is what is wrong."""
    page = window.page
    with Study.open(late) as study:
        study.add_code("waiting", "anna")
        every = [one.id for candidate in study.candidates() for one in candidate.members]
        study.move_members(every, "waiting", "anna")
    page.set_viewport_size({"width": 1000, "height": 500})
    window.go("/members?code=waiting")
    last = page.get_by_role("checkbox").last
    expect(last).not_to_be_in_viewport()
    for name in ("Move to this code", "Set aside", "Split off as a new code"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    page.get_by_role("checkbox").first.press("Space")
    page.get_by_role("button", name="Move to this code").press("Enter")
    expect(page.get_by_role("alert")).to_have_text("code: no code is named. Choose one.")
    expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)
    expect(last).not_to_be_in_viewport()


def test_what_was_set_aside_is_put_back(window, late):
    """A member set aside stands below the others and goes back to its code; one that was moved is not listed."""
    page = window.page
    with Study.open(late) as study:
        study.name_candidate(1, "waiting", "anna")
        study.add_code("patience", "anna")
        aside, moved = (one.excerpt for one in study.groups().of_code(study.code("waiting").id).members[:2])
        study.set_aside([aside.id], "anna")
        study.move_members([moved.id], "patience", "anna")
    window.go("/members?code=waiting")
    boxes = page.get_by_role("group", name="Set aside").get_by_role("checkbox")
    expect(boxes).to_have_count(1)
    boxes.press("Space")
    page.get_by_label("To the code").select_option("waiting")
    send(window, "Move to this code")
    expect(page.get_by_role("group", name="Set aside")).to_have_count(0)
    assert aside.quote in names(late)["waiting"]


def test_a_name_of_200_letters_fits_the_window(window, late):
    """With quotes, markup and 200 letters a name is shown as it is, and no page is wider than a narrow window."""
    page, name = window.page, "x" * 200 + " \"quoted\" & <b>'bold'</b>"
    with Study.open(late) as study:
        place = study.name_candidate(1, name, "anna") and study.groups().of_code(study.code(name).id).members[0].excerpt
        study.decide(place, name, "fits", "anna")
        study.change_code(name, "anna", definition="Anew.")
    page.set_viewport_size({"width": 480, "height": 800})
    for path in ("/codebook", "/members?unclustered=1", "/candidates", "/relook", f"/members?code={quote(name)}"):
        window.go(path)
        for summary in page.locator("summary").all():
            summary.press("Enter")
        assert page.evaluate("document.documentElement.scrollWidth") <= 480, path
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_the_forms_of_a_code_stand_apart(window, late):
    """No button touches the one of another form."""
    code = open_code(window, "shame")
    edges = "all => all.map(one => one.getBoundingClientRect()).map(box => [box.top, box.bottom])"
    boxes = code.get_by_role("button").evaluate_all(edges)
    assert len(boxes) > 3
    assert min(below[0] - above[1] for above, below in pairwise(boxes)) >= 8


def test_two_windows_change_a_code(window, enter, late):
    """What one window changed stands when another, opened before, changes something else; the same thing is refused."""
    beside = enter(None, beside=window)
    here, there = open_code(window, "shame"), open_code(beside, "shame")
    here.get_by_label("Definition").fill("Line one.\n\nLine two.")
    send(window, "Keep the change", within=here)
    there.get_by_label("Definition").fill("Other words.")
    there.get_by_role("button", name="Keep the change").press("Enter")
    expect(there.get_by_role("alert").first).to_contain_text(
        "code 'shame': somebody changed its definition meanwhile. It is 'Line one."
    )
    again = open_code(beside, "shame")
    here = open_code(window, "shame")
    here.get_by_label("Definition").fill("Line one.\n\nLine three.")
    send(window, "Keep the change", within=here)
    again.get_by_label("Name", exact=True).fill("embarrassment")
    send(beside, "Keep the change", within=again)
    with Study.open(late) as study:
        assert study.code("embarrassment").definition == "Line one.\n\nLine three."


def test_after_a_split_a_coding_goes_to_the_code_split_off(window, late):
    """The code split off is named, an unchanged wording stands once, and one press decides for the new code."""
    page = window.page
    with Study.open(late) as study:
        study.name_candidate(1, "waiting", "anna", definition="Same words.")
        place = study.groups().of_code(study.code("waiting").id).members[0].excerpt
        study.decide(place, "waiting", "fits", "anna")
        study.split_code("waiting", [place.id], "lateness", "anna")
    window.go("/relook")
    expect(page.get_by_text("waiting: Same words.")).to_have_count(1)
    send(window, "not this but lateness")
    expect(page.get_by_text("No coding of yours is older")).to_be_visible()
    with Study.open(late) as study:
        assert [(one.code, one.excerpt) for one in study.codings()] == [("lateness", place)]
