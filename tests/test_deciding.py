"""A person decides: verdicts, what is kept with them, undo, names that are refused, the codebook's history."""

import json
import re
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistcode import Study
from assistcode.codebook import Codebook, CodeEvent
from assistcode.errors import InputError, UnknownName
from assistcode.store import judged

PATTERN = "d{dyad}_s{session}_{perspective}"
ODD = """\
Interviewer: So?

Client: I was scared 😱 of him. Naïve me: cafe\u0301, 👩‍👩‍👧 and \U0001f1eb\U0001f1f7! I felt safe, e\u0301ven there.

Client: “No,” I said … I wasn’t ashamed 🙈 at all.
"""


@pytest.fixture
def shame(study):
    """Return the suggestion of shame on "No, I wasn't ashamed."; its pole is lacking."""
    return next(one for one in study.suggestions(theme="shame") if "ashamed" in one.excerpt.quote)


@pytest.fixture
def hidden(study, shame):
    """Return the study with every passage unaided."""
    study._db.execute("UPDATE study SET unaided_below = ?", (2**63 - 1,))
    study._forget_material()
    return study


@pytest.fixture
def bus(study):
    """Return an excerpt on which nothing is suggested."""
    return study.find_words(whole(study, "d1_s3_client"), "The bus was late")[0]


def whole(study, name):
    """Return a whole transcript as an excerpt."""
    transcript = study.material.by_name[name]
    return transcript.excerpt(0, len(transcript.text))


def verdicts(study):
    """Return (coder, code, verdict) of everything that stands."""
    return [(row.coder, row.code, row.verdict) for row in study.codings(every_verdict=True)]


def table(study, columns="*", name="decision"):
    """Return rows of a table as they lie in the file, oldest first."""
    return [tuple(row) for row in study._db.execute(f"SELECT {columns} FROM {name} ORDER BY rowid")]


def status(study, excerpt, coder=None):
    """Return the status of the suggestion of shame on an excerpt."""
    found = study.suggestions(theme="shame", coder=coder)
    return next(one.status for one in found if one.excerpt.id == excerpt.id)


# ---------------------------------------------------------------- verdicts


def test_fits_is_a_coding(study, shame):
    """A verdict of fits is a coding with its place in the study, theme and coder."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    (row,) = study.codings()
    assert (row.excerpt, row.code, row.theme, row.coder, row.verdict) == (
        shame.excerpt, "shame", "shame", "anna", "fits",
    )  # fmt: skip
    assert (row.dyad, row.session, row.perspective, row.role, row.turn) == ("1", "3", "client", "client", 5)


@pytest.mark.parametrize("verdict", ["does not fit", "unsure"])
def test_other_verdicts_are_no_coding(study, shame, verdict):
    """What does not fit, and what a coder is unsure of, is listed only when every verdict is asked for."""
    study.decide(shame.excerpt.id, "shame", verdict, "anna")
    assert study.codings() == []
    assert verdicts(study) == [("anna", "shame", verdict)]


def test_suggestions_are_no_codings(study):
    """However much is suggested, nothing is coded before a person decides."""
    assert study.suggestions()
    assert study.codings(every_verdict=True) == []


def test_the_latest_verdict_counts(study, shame):
    """Of two verdicts of one coder on one place and code the later stands."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    study.decide(shame.excerpt.id, "shame", "does not fit", "anna")
    assert verdicts(study) == [("anna", "shame", "does not fit")]


def test_earlier_verdicts_are_kept(study, shame):
    """A changed mind leaves both verdicts in the file."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    study.decide(shame.excerpt.id, "shame", "does not fit", "anna")
    assert table(study, "verdict") == [("fits",), ("does not fit",)]


def test_coders_do_not_overrule_each_other(study, shame):
    """Each coder's verdict on the same place and code stands."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    study.decide(shame.excerpt.id, "shame", "does not fit", "ben")
    assert verdicts(study) == [("anna", "shame", "fits"), ("ben", "shame", "does not fit")]


def test_codes_do_not_overrule_each_other(study, shame):
    """One place may carry several codes."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    study.decide(shame.excerpt.id, "fear", "fits", "anna")
    assert [row.code for row in study.codings()] == ["fear", "shame"]


def test_the_decision_keeps_the_quote(study, shame):
    """The words stand with the decision, so that it can be found again."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    assert table(study, "quote") == [("No, I wasn't ashamed.",)]


# ---------------------------------------------------------------- pole, effect, memo


def test_the_pole_is_the_suggested_one(study, shame):
    """Accepting a suggestion takes its pole over."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna", shown=[shame])
    assert (shame.pole, study.codings()[0].pole) == ("lacking", "lacking")


def test_a_given_pole_wins(study, shame):
    """The coder's pole stands against the suggested one."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna", pole="present", shown=[shame])
    assert study.codings()[0].pole == "present"


def test_what_does_not_fit_has_no_pole(study, shame):
    """A rejection takes no pole from the suggestion."""
    study.decide(shame.excerpt.id, "shame", "does not fit", "anna", shown=[shame])
    assert study.codings(every_verdict=True)[0].pole is None


def test_without_a_suggestion_there_is_no_pole(study, bus):
    """Where nothing was suggested a coding has the pole its coder gave, or none."""
    study.decide(bus, "fear", "fits", "anna")
    assert study.codings()[0].pole is None


def test_a_hidden_suggestion_lends_no_pole(hidden, shame):
    """On an unaided passage the pole is the coder's own, never the machine's unseen one."""
    hidden.decide(shame.excerpt, "shame", "fits", "anna")
    assert hidden.codings()[0].pole is None


def test_the_effect_is_kept(study, shame):
    """A judged effect stands with the coding."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna", effect="hindering")
    assert study.codings()[0].effect == "hindering"


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ({"verdict": "yes"}, "Known: fits, does not fit, unsure."),
        ({"pole": "absent"}, "Known: present, lacking."),
        ({"effect": "good"}, "Known: facilitating, hindering, both."),
    ],
)
def test_unknown_words_are_refused(study, shame, words, known):
    """A verdict, pole or effect there is not is refused with the known ones, and nothing is written."""
    with pytest.raises(UnknownName, match=known):
        study.decide(shame.excerpt.id, "shame", **{"verdict": "fits", "coder": "anna"} | words)
    assert table(study) == []


def test_a_memo_stands_with_its_excerpt(study, shame):
    """A memo written with a decision is about the same words."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna", memo="or is it fear?")
    (memo,) = study.memos()
    assert (memo.text, memo.coder, memo.excerpt) == ("or is it fear?", "anna", shame.excerpt)


def test_decision_and_memo_are_one_action(study, shame):
    """One undo takes back a decision together with its memo."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna", memo="or is it fear?")
    assert study.undo("anna").what == "1 decision, 1 memo"
    assert (study.codings(), study.memos()) == ([], [])


def test_not_this_but_that(study, shame):
    """Instead of one code another: the one does not fit, the other fits."""
    study.decide(shame.excerpt.id, "fear", "fits", "anna", instead_of="shame")
    assert verdicts(study) == [("anna", "fear", "fits"), ("anna", "shame", "does not fit")]


def test_not_this_but_that_is_one_action(study, shame):
    """One undo takes back both halves of "not this but that"."""
    study.decide(shame.excerpt.id, "fear", "fits", "anna", instead_of="shame")
    assert study.undo("anna").what == "2 decisions"
    assert verdicts(study) == []


def test_not_an_unknown_code_writes_nothing(study, shame):
    """When the code to be replaced is mistyped, the other half is not written either."""
    with pytest.raises(UnknownName):
        study.decide(shame.excerpt.id, "fear", "fits", "anna", instead_of="shmae")
    assert table(study) == []


# ---------------------------------------------------------------- what is kept with a decision


def test_the_suggestion_in_force_is_kept_though_not_shown(study, shame):
    """A decision keeps the suggestion on its place even if the coder did not see it."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    ((shown, suggestion),) = table(study, "shown, suggestion")
    assert shown is None
    assert (json.loads(suggestion)["theme"], json.loads(suggestion)["pole"]) == ("shame", "lacking")


def test_what_was_shown_is_kept(study, shame):
    """A decision keeps what its coder had seen, with the evidence."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna", shown=[shame])
    ((shown,),) = table(study, "shown")
    assert [one["excerpt_id"] for one in json.loads(shown)] == [shame.excerpt.id]
    assert json.loads(shown)[0]["evidence"]


def test_no_suggestion_is_kept_where_there_was_none(study, bus):
    """On words without a suggestion of the code none is kept."""
    study.decide(bus, "shame", "fits", "anna")
    assert table(study, "suggestion") == [(None,)]


def test_a_suggestion_is_in_force_on_half_of_its_words(study, shame):
    """A narrower excerpt within the suggested words still has that suggestion in force."""
    (words,) = study.find_words(shame.excerpt, "ashamed")
    study.decide(words, "shame", "fits", "anna")
    assert json.loads(table(study, "suggestion")[0][0])["excerpt_id"] == shame.excerpt.id


def test_model_and_lexicons_are_kept(study, shame):
    """A decision keeps which model and lexicons were in force."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    (key,) = table(study, "run_key")[0]
    assert key == study.run()[0].key
    assert key.startswith("static=")
    assert f"shame={study.lexicons()['shame'].sha256[:12]}" in key


def test_before_the_first_precode_one_can_code(tmp_path, files):
    """Without suggestions a person can code all the same; nothing of a machine is kept."""
    with Study.create(tmp_path / "early.study") as study:
        study.import_transcripts([files], pattern=PATTERN)
        study.add_coder("anna")
        study.decide(whole(study, "d1_s3_client"), "fear", "fits", "anna")
        assert table(study, "suggestion, run_key, arm") == [(None, None, "assisted")]


def test_a_decision_on_an_unaided_passage_is_unaided(hidden, shame):
    """A decision on an unaided passage, nothing shown, counts as made without the machine."""
    hidden.decide(shame.excerpt, "shame", "fits", "anna")
    assert hidden.codings()[0].arm == "unaided"


def test_a_decision_on_a_shown_suggestion_is_assisted(hidden, shame):
    """On an unaided passage too: once the suggestion was shown the decision counts as assisted."""
    hidden.decide(shame.excerpt, "shame", "fits", "anna", shown=[shame])
    assert hidden.codings()[0].arm == "assisted"


def test_what_the_coder_could_list_counts_as_shown(run, hidden, shame):
    """After her own review anna sees a passage's suggestions; a later decision by command is assisted."""
    while card := hidden.next_card("anna"):
        hidden.review(card, "anna")
    assert any(one.excerpt.id == shame.excerpt.id for one in hidden.suggestions(coder="anna"))
    run("-s", hidden.path, "decide", "accept", shame.excerpt.id, "shame", "--coder", "anna")
    assert hidden.codings()[0].arm == "assisted"


# ---------------------------------------------------------------- undo


def test_undo_takes_back_the_latest(study, shame):
    """Undo takes back the latest action, again the one before."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    study.decide(shame.excerpt.id, "fear", "fits", "anna")
    study.undo("anna")
    assert [row.code for row in study.codings()] == ["shame"]
    study.undo("anna")
    assert study.codings() == []


def test_undo_brings_the_earlier_verdict_back(study, shame):
    """When a changed mind is taken back, the first verdict stands again."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    study.decide(shame.excerpt.id, "shame", "does not fit", "anna")
    study.undo("anna")
    assert verdicts(study) == [("anna", "shame", "fits")]


def test_undo_beyond_the_first_action_says_so(study, shame):
    """With nothing left, undo returns None; it does not take back an undo."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    assert study.undo("anna").what == "1 decision"
    assert [study.undo("anna") for _ in range(2)] == [None, None]
    assert study.codings() == []


def test_the_command_undo_says_what_it_took_back(run, study, shame):
    """By command too: what was taken back, then that nothing is left."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    said = [run("-s", study.path, "undo", "--coder", "anna").stderr for _ in range(2)]
    assert said == ["Taken back: 1 decision.\n", "There is nothing left to take back.\n"]


def test_undo_after_reopening(study, shame):
    """What was written another day can be taken back."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    with Study.open(study.path) as another_day:
        assert another_day.undo("anna").what == "1 decision"
        assert another_day.codings() == []


def test_undo_is_one_coders_own(study, shame):
    """Nobody takes back another coder's work, though it is later."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    study.decide(shame.excerpt.id, "shame", "fits", "ben")
    study.undo("anna")
    assert [row.coder for row in study.codings()] == ["ben"]


def test_after_undo_one_can_decide_again(study, shame):
    """A verdict after an undo stands, and is what the next undo takes back."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    study.undo("anna")
    study.decide(shame.excerpt.id, "shame", "unsure", "anna")
    assert verdicts(study) == [("anna", "shame", "unsure")]
    study.undo("anna")
    assert verdicts(study) == []


def test_undo_removes_nothing_from_the_file(study, shame):
    """The decision taken back stays in the file; undo is a row that names its action."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    study.undo("anna")
    assert table(study, "action_id") == table(study, "undone_action_id", "undo")


def test_undo_of_a_new_code(study):
    """Taking back the making of a code takes it out of the codebook."""
    study.add_code("almost saying it", "anna")
    assert study.undo("anna").what == "code 'almost saying it' made"
    assert study.codebook.by_name("almost saying it") is None


def test_undo_of_a_new_code_hides_nobody_elses_work(study, bus):
    """When another coder has used a code since, taking its making back does not hide what they coded."""
    study.add_code("lateness", "anna")
    study.decide(bus, "lateness", "fits", "ben")
    study.undo("anna")
    assert [(row.coder, row.code) for row in study.codings()] == [("ben", "lateness")]


def test_naming_a_candidate_is_one_action(study, tmp_path):
    """One undo takes back a named candidate: the code as well as its members."""
    path = tmp_path / "d2_s1_client.txt"
    words = ("big", "small", "brown", "old", "loud", "wild", "black", "white", "grey", "young")
    lines = [f"The {word} {thing} was late again." for thing in ("bus", "train", "tea") for word in words]
    path.write_text("".join(f"Interviewer: Mm.\n\nClient: {line}\n\n" for line in lines), encoding="utf-8")
    study.import_transcripts([path], pattern=PATTERN)
    study.precode(model="static", min_cluster_size=5)
    study.name_candidate(1, "lateness", "anna")
    study.undo("anna")
    assert study.codebook.by_name("lateness") is None


# ---------------------------------------------------------------- names that are refused


def test_a_mistyped_coder_is_refused(study, shame):
    """A coder who is not on the roster is refused with near names, not made."""
    with pytest.raises(UnknownName, match=r"coder 'ana': is not on the roster\. Did you mean 'anna'\?"):
        study.decide(shame.excerpt.id, "shame", "fits", "ana")
    assert [coder.name for coder in study.coders()] == ["anna", "ben"]
    assert table(study) == []


def test_a_mistyped_code_is_refused(study, shame):
    """A code the codebook does not have is refused with near names, not made."""
    with pytest.raises(UnknownName, match=r"code 'shmae': the codebook has none\. Did you mean 'shame'\?"):
        study.decide(shame.excerpt.id, "shmae", "fits", "anna")
    assert study.codebook.by_name("shmae") is None
    assert table(study) == []


def test_a_far_off_name_lists_the_known_ones(study, shame):
    """Where no name is near, the known ones are listed."""
    with pytest.raises(UnknownName, match="Known: competence, fear, safety, shame, togetherness"):
        study.decide(shame.excerpt.id, "zzz", "fits", "anna")


def test_case_of_names_does_not_matter(study, shame):
    """Coder and code are found whatever their case, and written as they are called."""
    study.decide(shame.excerpt.id, "SHAME", "fits", "Anna")
    assert [(row.coder, row.code) for row in study.codings()] == [("anna", "shame")]


@pytest.mark.parametrize("name", ["", "  ", "anna", "ANNA", "suggestions", "Agreed"])
def test_a_coder_needs_a_name_of_their_own(study, name):
    """Empty, taken and reserved names do not come on the roster."""
    with pytest.raises(InputError, match="Choose another"):
        study.add_coder(name)
    assert len(study.coders()) == 2


@pytest.mark.parametrize(
    ("given_id", "what"),
    [
        ("", "this is no excerpt id"),
        ("nonsense", "this is no excerpt id"),
        ("DIGITS", "this is no excerpt id"),
        ("DIGITS:5", "this is no excerpt id"),
        ("DIGITS:-5-9", "this is no excerpt id"),
        ("DIGITS:a-b", "this is no excerpt id"),
        ("DIGITS:5-9-12", "this is no excerpt id"),
        ("DIGITS:5-²", "this is no excerpt id"),
        ("0000000000:5-9", "no transcript of this study has this text"),
        (":5-9", "this is no excerpt id"),
        ("DIGITS:5-5", "d1_s3_client has no such place"),
        ("DIGITS:9-5", "d1_s3_client has no such place"),
        ("DIGITS:0-99999", "d1_s3_client has no such place"),
        pytest.param("DIGITS:0-" + "9" * 5000, "this is no excerpt id", id="a very long number"),
    ],
)
def test_a_wrong_excerpt_id_is_refused(study, given_id, what):
    """An id that is malformed, of another text or out of range is refused with where to get one."""
    digits = study.material.by_name["d1_s3_client"].text_sha256[:10]
    with pytest.raises(InputError, match=f"{what}.*Copy the id from"):
        study.decide(given_id.replace("DIGITS", digits), "shame", "fits", "anna")
    assert table(study) == []


def test_the_command_refuses_in_one_line(run, study):
    """By command a wrong id is one line on stderr and an exit of 1."""
    result = run("-s", study.path, "decide", "accept", "nonsense", "shame", "--coder", "anna")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "nonsense: this is no excerpt id (ten hex digits:start-end). "
        "Copy the id from 'assistcode suggestions' or from an export."
    ]


def test_the_last_character_can_be_coded(study):
    """A span may end where the transcript ends."""
    text = whole(study, "d1_s3_client")
    study.decide(text.id, "fear", "fits", "anna")
    assert study.codings()[0].excerpt == text


@pytest.mark.parametrize(("word", "verdict"), [("accept", "fits"), ("reject", "does not fit"), ("unsure", "unsure")])
def test_the_command_writes_the_verdict(run, study, shame, word, verdict):
    """The command's three words are the three verdicts."""
    result = run("-s", study.path, "decide", word, shame.excerpt.id, "shame", "--coder", "anna", "--memo", "hm")
    assert result.exit_code == 0
    assert verdicts(study) == [("anna", "shame", verdict)]
    assert [memo.text for memo in study.memos()] == ["hm"]


def test_the_command_keeps_pole_and_effect(run, study, shame):
    """Pole and effect of the command stand with the coding."""
    options = ["--pole", "present", "--effect", "both"]
    run("-s", study.path, "decide", "accept", shame.excerpt.id, "shame", "--coder", "anna", *options)
    assert [(row.pole, row.effect) for row in study.codings()] == [("present", "both")]


# ---------------------------------------------------------------- emoji and combining marks


@pytest.fixture(scope="module")
def odd(precoded, tmp_path_factory):
    """Return a study with a transcript full of emoji, flags and combining marks."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "d9_s1_client.txt").write_text(ODD, encoding="utf-8")
    with Study.open(shutil.copy(precoded, folder / "odd.study")) as study:
        study.import_transcripts([folder / "d9_s1_client.txt"], pattern=PATTERN)
        study.precode(model="static")
        yield study


@settings(max_examples=40, deadline=None)
@given(start=st.integers(0, len(ODD) - 2), length=st.integers(1, 60))
def test_any_span_comes_back_to_the_letter(odd, start, length):
    """A decision on any span of code points, inside a composed emoji too, lists exactly these words."""
    transcript = odd.material.by_name["d9_s1_client"]
    end = min(start + length, len(transcript.text))
    span_id = transcript.excerpt(start, end).id
    odd.decide(span_id, "fear", "fits", "anna")
    quote = next(row.excerpt.quote for row in odd.codings() if row.excerpt.id == span_id)
    assert quote == transcript.text[start:end]
    assert odd._db.execute("SELECT quote FROM decision ORDER BY id DESC").fetchone()[0] == quote


def test_emoji_are_kept_as_they_came(odd):
    """The frozen text holds emoji, flags and combining marks unchanged, not normalised."""
    text = odd.material.by_name["d9_s1_client"].text
    assert all(piece in text for piece in ("😱", "👩‍👩‍👧", "\U0001f1eb\U0001f1f7", "cafe\u0301", "…"))


def test_suggestions_around_emoji_slice_back(odd):
    """Excerpts and evidence of suggestions on such a text are at the right place."""
    found = [one for one in odd.suggestions() if one.excerpt.transcript == "d9_s1_client"]
    text = odd.material.by_name["d9_s1_client"].text
    assert {one.theme for one in found} >= {"fear", "shame", "safety"}
    assert all(text[one.excerpt.start : one.excerpt.end] == one.excerpt.quote for one in found)
    hits = {text[e.start : e.end].casefold() for one in found for e in one.evidence if e.source == "lexicon"}
    assert {"scared", "ashamed"} <= hits


@pytest.mark.parametrize("words", ["👩‍👩‍👧", "cafe\u0301", '"No," I said ... I wasn\'t ashamed'])
def test_words_are_found_by_what_is_typed(odd, words):
    """Words with emoji or marks are found; plain quotes and dots find their typographic kin."""
    (found,) = odd.find_words(whole(odd, "d9_s1_client"), words)
    assert odd.material.excerpt(found.id) == found
    assert len(found.quote) in {len(words), len(words) - 2}


# ---------------------------------------------------------------- status of suggestions


def test_status_follows_the_decisions(study, shame):
    """A suggestion is undecided until a person decides, then what they decided last; undo takes it back."""
    seen = [status(study, shame.excerpt)]
    for verdict in ("fits", "unsure", "does not fit"):
        study.decide(shame.excerpt.id, "shame", verdict, "anna")
        seen.append(status(study, shame.excerpt))
    study.undo("anna")
    seen.append(status(study, shame.excerpt))
    assert seen == ["undecided", "fits", "unsure", "does not fit", "unsure"]


def test_status_is_each_coders_own(study, shame):
    """Asked for one coder, the status is what that coder decided."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    assert (status(study, shame.excerpt, "anna"), status(study, shame.excerpt, "ben")) == ("fits", "undecided")


def test_without_a_coder_the_status_is_the_latest_of_all(study, shame):
    """Asked for nobody, the status is what anybody decided last, whoever joined first."""
    study.decide(shame.excerpt.id, "shame", "fits", "ben")
    study.decide(shame.excerpt.id, "shame", "unsure", "anna")
    assert status(study, shame.excerpt) == "unsure"
    study.decide(shame.excerpt.id, "shame", "does not fit", "ben")
    assert status(study, shame.excerpt) == "does not fit"


def test_status_does_not_look_at_the_case_of_a_name(study, shame):
    """Asked for ANNA, the status is what anna decided."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    assert status(study, shame.excerpt, "ANNA") == "fits"


def test_another_code_leaves_the_status(study, shame):
    """A decision on another code does not decide the suggestion."""
    study.decide(shame.excerpt.id, "fear", "fits", "anna")
    assert status(study, shame.excerpt) == "undecided"


def test_own_words_decide_a_suggestion_they_share(study, shame):
    """A coding of other boundaries decides the suggestion when the two share half of the shorter."""
    study.decide(study.find_words(shame.excerpt, "I wasn't ashamed")[0], "shame", "fits", "anna")
    assert status(study, shame.excerpt) == "fits"


def test_listing_by_status(study, shame):
    """Suggestions can be narrowed to what is undecided."""
    n = len(study.suggestions(theme="shame"))
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    left = study.suggestions(theme="shame", status="undecided")
    assert len(left) == n - 1
    assert shame.excerpt.id not in {one.excerpt.id for one in left}


def test_codings_can_be_narrowed(study, shame, bus):
    """Codings are narrowed by code, coder, pole and perspective; case does not matter."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna", pole="lacking")
    study.decide(bus, "fear", "fits", "ben", pole="present")
    assert [row.code for row in study.codings(code="Shame")] == ["shame"]
    assert [row.code for row in study.codings(coder="BEN")] == ["fear"]
    assert [row.code for row in study.codings(pole="lacking")] == ["shame"]
    assert study.codings(perspective="therapist") == []


def test_narrowing_by_an_unknown_name_is_refused(study):
    """A mistyped code or coder is refused rather than listing nothing."""
    with pytest.raises(UnknownName, match="Did you mean 'shame'"):
        study.codings(code="shmae")
    with pytest.raises(UnknownName, match="Did you mean 'anna'"):
        study.codings(coder="ana")


# ---------------------------------------------------------------- the codebook's history


def change_code(study, kind, code, /, **payload):
    """Write one event about a code, as a later command will."""
    code_id = study.code(code).id
    with study._action("anna") as action_id:
        judged.add_code_event(study._db, action_id, "code", kind, code_id, **payload)


def test_codings_follow_a_renamed_code(study, shame):
    """After a rename old codings are listed under the new name."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    change_code(study, "rename", "shame", name="embarrassment")
    assert [row.code for row in study.codings(code="embarrassment")] == ["embarrassment"]
    with pytest.raises(UnknownName):
        study.code("shame")


def test_codings_follow_a_merged_code(study, shame):
    """After a merge, and a merge of that, old codings are listed under the code that stands."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    change_code(study, "merge", "shame", into=study.code("fear").id)
    change_code(study, "merge", "fear", into=study.code("safety").id)
    assert [row.code for row in study.codings()] == ["safety"]


def test_suggestions_follow_a_merged_code(study, shame):
    """After a merge the machine's suggestions are of the code that stands, and its status counts."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    change_code(study, "merge", "shame", into=study.code("fear").id)
    found = next(one for one in study.suggestions(theme="shame") if one.excerpt == shame.excerpt)
    assert (found.code, found.status) == ("fear", "fits")


def test_an_undone_merge_is_none(study, shame):
    """Taking back a merge brings the codings back under their own code."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    change_code(study, "merge", "shame", into=study.code("fear").id)
    study.undo("anna")
    assert [row.code for row in study.codings()] == ["shame"]


def test_codings_of_a_retired_code_are_kept(study, shame):
    """A retired code's codings are not listed, and are there again when the retiring is taken back."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    change_code(study, "retire", "shame")
    assert study.codings(every_verdict=True) == []
    study.undo("anna")
    assert [row.code for row in study.codings()] == ["shame"]


def test_a_retired_code_is_not_suggested(study):
    """Once a lexicon's code is retired it is not offered on a card, where nobody could accept it."""
    card = study.next_card("anna")
    change_code(study, "retire", "fear")
    assert "fear" in {one.theme for one in card.suggestions}
    assert "fear" not in {one.theme for one in study.next_card("anna").suggestions}


def test_a_code_is_made_once(study):
    """Adding a code that exists, in any case and with blanks around it, makes no second one."""
    for name in ("Lateness", "lateness", " Lateness "):
        study.add_code(name, "anna")
    names = [code.name.casefold() for code in study.codebook.codes.values()]
    assert names.count("lateness") == 1


def test_a_code_needs_a_name(study):
    """An empty name makes no code."""
    with pytest.raises(InputError, match="a code needs a name"):
        study.add_code("  ", "anna")


@st.composite
def histories(draw):
    """Draw a history of codes made, merged into others that stand, and retired; with what should stand for each."""
    events, stands = [], {}
    for version in range(1, draw(st.integers(1, 25)) + 1):
        standing = sorted({now for now in stands.values() if now is not None})
        kinds = ["create", *(["retire"] if standing else []), *(["merge"] if len(standing) > 1 else [])]
        kind = draw(st.sampled_from(kinds))
        if kind == "create":
            entity_id, into, payload = version, version, {"name": f"code {version}"}
            stands[version] = version
        else:
            entity_id = draw(st.sampled_from(standing))
            others = [one for one in standing if one != entity_id]
            into = draw(st.sampled_from(others)) if kind == "merge" else None
            payload = {"into": into} if kind == "merge" else {}
            stands = {code: into if now == entity_id else now for code, now in stands.items()}
        events.append(CodeEvent(version, "2026-01-01", "anna", "code", entity_id, kind, payload))
    return events, stands


@given(histories())
def test_every_code_ever_made_resolves(history):
    """Whatever was merged into what, an id leads to the code that stands, or to None once that was retired."""
    events, stands = history
    book = Codebook.from_events(events)
    assert {code: found.id if (found := book.resolve(code)) else None for code in stands} == stands
    assert set(book.codes) == {now for now in stands.values() if now is not None}
    assert book.version == len(events)


# ---------------------------------------------------------------- taking off


def imported(study, tmp_path):
    """Bring in two codings of anna with one table; return them."""
    quotes = ("I was so scared of him.", "I kept looking at the door.")
    lines = ["transcript,start,end,quote,code,pole,coder,action"]
    lines += [f"d1_s3_client,,,{quote},fear,,anna,accept" for quote in quotes]
    (tmp_path / "two.csv").write_text("\n".join(lines), encoding="utf-8")
    study.import_codings(tmp_path / "two.csv", "anna")
    return study.codings(coder="anna")


def test_taking_an_imported_coding_off_leaves_the_others(study, tmp_path):
    """Codings of one import share an action; taking one off takes it alone, and tells that it does not fit."""
    first, second = imported(study, tmp_path)
    assert study.take_off(first.excerpt, "fear", "anna") == 1
    assert study.codings(coder="anna") == [second]
    assert [c.verdict for c in study.codings(coder="anna", every_verdict=True)] == ["does not fit", "fits"]


def test_no_key_on_the_page_takes_an_import_back(study, tmp_path):
    """On the page undo passes an import by; the command takes it back."""
    imported(study, tmp_path)
    study.face = "page"
    assert study.last_action("anna") is None
    assert study.undo("anna") is None
    study.face = "terminal"
    assert study.undo("anna").what == "2 decisions"


def test_taking_back_twice_does_no_harm(study, shame):
    """An undo that names its action is told again when it was done already, and takes nothing else back."""
    study.decide(shame.excerpt.id, "shame", "fits", "anna")
    study.decide(shame.excerpt.id, "fear", "fits", "anna")
    last = study.last_action("anna")
    assert [study.undo("anna", last).id for _ in range(2)] == [last, last]
    assert verdicts(study) == [("anna", "shame", "fits")]


@pytest.mark.parametrize(
    ("about", "subject", "told"),
    [
        ("code", "shme", "code 'shme': there is none in this study. Did you mean 'shame'?"),
        ("transcript", "d1_s3_clien", "Did you mean 'd1_s3_client'?"),
        ("dyad", "7", "dyad '7': there is none in this study. Known: 1."),
        ("theme", "joy", "theme 'joy': there is none in this study."),
    ],
)
def test_a_memo_is_about_what_there_is(study, about, subject, told):
    """A memo about a mistyped code, theme, dyad or transcript is refused with near names."""
    with pytest.raises(UnknownName, match=re.escape(told)):
        study.add_memo("Why?", "anna", about=about, subject=subject)
    assert study.memos() == []


def test_a_corrected_dyad_loses_its_zeros(study):
    """A place set by hand is labelled as one read from a file name: 01 and 1 are one dyad."""
    study.set_placement("d1_s3_client", dyad="01", session="04")
    placement = study.material.transcript("d1_s3_client").placement
    assert (placement.dyad, placement.session) == ("1", "4")
