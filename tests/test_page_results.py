"""What comes after reading, through the page: differing readings, quotations, the report, a project from elsewhere."""

import pytest
from playwright.sync_api import expect

from assistcode import Study
from assistcode.web.desk import Desk

pytest_plugins = ["browsing"]


@pytest.fixture
def differing(short):
    """Make anna and ben read everything; anna alone codes fear in one place, both code shame in another."""
    with Study.open(short) as study:
        text = study.material.by_name["d1_s3_client"]
        places = {words: text.text.index(words) for words in ("I was so scared of him.", "No, I wasn't ashamed.")}
        scared, ashamed = (text.excerpt(start, start + len(words)) for words, start in places.items())
        study.decide(scared, "fear", "fits", "anna", memo="He is above her.")
        for name in ("anna", "ben"):
            study.decide(ashamed, "shame", "fits", name)
            for transcript in study.transcripts():
                study.finish_to(transcript.name, len(transcript.text), name)
    return short


def test_two_readings_are_settled(serve, enter, differing):
    """Where two differ, both readings and memos are seen; what is agreed goes into the agreed set and is settled."""
    window = enter(serve(differing))
    page = window.page
    window.go("/differing?a=anna&b=ben")
    expect(page.get_by_text("1 places differ, 0 of them are settled.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("He is above her.")
    page.get_by_label("what was said about it").fill("We both see it now.")
    with page.expect_navigation():
        page.get_by_role("button", name="agreed: fits").click()
    expect(page.locator("main")).to_contain_text("settled: fits")
    with Study.open(differing) as study:
        assert [(one.code, one.excerpt.quote) for one in study.codings(coder="agreed")] == [
            ("fear", "I was so scared of him. I had my jacket zipped up to the chin, and I kept looking at the door.")
        ]


def test_to_keep_both_wants_a_reason(serve, enter, differing):
    """Keeping both readings is a valid end; without a word why it is refused beside the form."""
    window = enter(serve(differing))
    page = window.page
    window.go("/differing?a=anna&b=ben")
    page.get_by_role("button", name="keep both").click()
    expect(page.get_by_role("alert")).to_have_text(
        "keep both: it is not said why. Say in a few words what either reading sees."
    )
    page.get_by_label("what was said about it").fill("Fear for her, habit for him.")
    with page.expect_navigation():
        page.get_by_role("button", name="keep both").click()
    expect(page.locator("main")).to_contain_text("settled: two readings")
    assert page.locator("body").inner_text().count("kappa") == 0


def test_a_quotation_is_kept_edited_and_printed(serve, enter, differing):
    """A quotation keeps to what was said, goes into the report, and can be taken out."""
    window = enter(serve(differing))
    page = window.page
    window.go("/quotations?code=fear")
    with page.expect_navigation():
        page.get_by_role("button", name="keep", exact=True).click()
    printed = page.get_by_label("As it is printed")
    printed.fill("I was never scared.")
    page.get_by_role("button", name="Keep the change").click()
    expect(page.get_by_role("alert").first).to_contain_text("was not said there, or not in this order")
    printed.fill("I was […] scared of him [the therapist].")
    with page.expect_navigation():
        page.get_by_role("button", name="Keep the change").click()
    window.go("/report")
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Open the report").click()
    report = popup.value
    expect(report.locator("body")).to_contain_text("I was […] scared of him [the therapist].")
    assert report.evaluate("document.styleSheets.length") == 1
    window.go("/quotations?code=fear")
    with page.expect_navigation():
        page.get_by_role("button", name="Take it out").click()
    expect(page.locator("main")).to_contain_text("Nothing is kept yet.")


def test_a_number_of_the_report_opens_its_excerpts(serve, enter, differing):
    """In the report a number leads to the excerpts behind it and shows these alone."""
    window = enter(serve(differing))
    window.go("/report/page?lead=anna&attribution=dyad")
    page = window.page
    number = page.locator("table a[data-group]").first
    number.click()
    expect(page.get_by_text("I was so scared of him.").last).to_be_visible()
    assert "#x" in page.url


def test_a_project_comes_in_with_a_look_first(serve, enter, differing, tmp_path):
    """A .qdpx is looked at before anything is written; then its codings are there under their coders."""
    with Study.open(differing) as study:
        study.export("qdpx", tmp_path / "whole.qdpx")
    with Study.create(tmp_path / "empty.study", lexicons="none") as study:
        study.add_coder("zoe")
    window = enter(serve(tmp_path / "empty.study"), "zoe")
    page = window.page
    window.go("/import")
    page.get_by_label("Transcripts").set_input_files(tmp_path / "whole.qdpx")
    page.get_by_role("button", name="Look at them first").click()
    expect(page.locator("main")).to_contain_text("3 codings")
    expect(page.locator("main")).to_contain_text("New on the roster: anna, ben.")
    with Study.open(tmp_path / "empty.study") as study:
        assert study.transcripts() == []
    page.get_by_role("button", name="Bring it in").click()
    page.wait_for_url(f"{window.origin}/")
    with Study.open(tmp_path / "empty.study") as study:
        assert sorted((one.coder, one.code) for one in study.codings()) == [
            ("anna", "fear"), ("anna", "shame"), ("ben", "shame"),
        ]  # fmt: skip


def test_a_queue_opened_anew_is_ranked_anew(short):
    """While one goes on the order stays; a page that begins anew is ranked by what is coded by then."""
    desk = Desk(short, "127.0.0.1", 1)
    sitting = desk.sitting("anna", "contrary", {})
    assert desk.sitting("anna", "contrary", {}) is sitting
    assert desk.sitting("anna", "contrary", {}, is_anew=True) is not sitting
    desk.close()
