"""Which passage comes next, what may be shown with it, and what counts as reviewed."""

import json
import shutil

import pytest

from assistcode import Study
from assistcode.errors import InputError, UnknownName
from assistcode.reading import Coverage
from assistcode.store import given, judged
from assistcode.store.database import transaction

PATTERN = "d{dyad}_s{session}_{perspective}"
NAMES = ("d2_s9_client", "d2_s9_therapist", "d2_s10_client", "d10_s1_client")
SAID = ("I was so scared of the {} dog.", "The {} bus went by.", "I was ashamed of the {} coat.")
WORDS = ("red", "green", "blue", "grey", "brown", "black", "white", "pink", "gold", "pale")
N = 25
N_UNAIDED = 5


def write(folder, name, lines):
    """Write a transcript in which the interviewee says one line a turn; return its path."""
    voice = name.rpartition("_")[2].capitalize()
    path = folder / f"{name}.txt"
    path.write_text("".join(f"Interviewer: Mm.\n\n{voice}: {line}\n\n" for line in lines), encoding="utf-8")
    return path


def spoken(n, first=0):
    """Return n different lines; on two of three something is suggested."""
    return [SAID[i % 3].format(f"{WORDS[i % 10]} {WORDS[i // 10 % 10]}") for i in range(first, first + n)]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Return a closed study of 25 passages in one transcript, five of them unaided; anna and ben on the roster."""
    folder = tmp_path_factory.mktemp("template")
    with Study.create(folder / "test.study") as study:
        study.import_transcripts([write(folder, "d1_s1_client", spoken(N))], pattern=PATTERN)
        study.precode(model="static")
        study.add_coder("anna")
        study.add_coder("ben")
    return folder / "test.study"


@pytest.fixture
def study(template, tmp_path):
    """Return a copy of that study, open; quicker than making one for every test."""
    with Study.open(shutil.copy(template, tmp_path / "test.study")) as opened:
        yield opened


@pytest.fixture
def four(tmp_path):
    """Return a study of four transcripts with two passages each, none unaided, not precoded."""
    with Study.create(tmp_path / "four.study", unaided=0) as made:
        paths = [write(tmp_path, name, spoken(2, first=10 * n)) for n, name in enumerate(NAMES)]
        made.import_transcripts(reversed(paths), pattern=PATTERN)
        made.add_coder("anna")
        yield made


def deal(study, n=None, coder="anna", order="reading"):
    """Review up to n cards one after another; return them."""
    cards = []
    while (n is None or len(cards) < n) and (card := study.next_card(coder, order)):
        study.review(card, coder)
        cards.append(card)
    return cards


def unaided(study):
    """Return the unaided passages' places in the text."""
    return {(p.transcript_id, p.start) for p in study.material.passages if study.material.is_unaided(p)}


def read_all_unaided(study, coder):
    """Let a coder review every unaided passage, and nothing else."""
    material = study.material
    with study._action(coder) as action_id:
        for passage in filter(material.is_unaided, material.passages):
            excerpt = material.by_id[passage.transcript_id].excerpt(passage.start, passage.end)
            judged.add_review(study._db, action_id, material.span(excerpt), "unaided")


def visits(study, kind):
    """Return (transcript id, start) of the visits of a kind, oldest first."""
    rows = study._db.execute("SELECT transcript_id, start FROM visit WHERE kind = ? ORDER BY id", (kind,))
    return [tuple(row) for row in rows]


# ---------------------------------------------------------------- orders


def test_reading_order_is_dyad_session_perspective(four):
    """Interviews come by dyad, session and perspective, numbers as numbers, each in the order of its text."""
    dealt = [(card.transcript.name, card.excerpt.start) for card in deal(four)]
    assert [name for name, _ in dealt] == [name for name in NAMES for _ in range(2)]
    assert dealt == sorted(dealt, key=lambda one: (NAMES.index(one[0]), one[1]))


def test_every_passage_comes_once(study):
    """Dealt to the end, every passage was a card exactly once."""
    cards = deal(study)
    assert len(cards) == N
    assert {card.passage for card in cards} == set(study.material.passages)


def test_none_when_all_is_reviewed(study):
    """After the last passage there is no card."""
    deal(study)
    assert study.next_card("anna") is None


def test_looking_at_a_card_deals_it_again(study):
    """A card that was not reviewed, put off or changed comes again as it was."""
    assert study.next_card("anna") == study.next_card("anna")


def test_each_coder_has_a_pile_of_their_own(study):
    """What anna has reviewed ben still has before him."""
    first = deal(study, 3)[0]
    assert study.next_card("ben").passage == first.passage
    assert study.next_card("ben").n_reviewed == 0


def test_the_card_counts(study):
    """A card says how many passages its coder has reviewed, of how many."""
    assert [(card.n_reviewed, card.n_passages) for card in deal(study, 3)] == [(0, N), (1, N), (2, N)]


def test_likely_order_is_by_the_best_suggestion(study):
    """In likely order the aided passages come by falling score of their best suggestion."""
    cards = [card for card in deal(study, order="likely") if card.arm == "assisted"]
    scores = [max((one.score for one in card.suggestions), default=0.0) for card in cards]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1] == 0.0


def test_random_order_is_the_permutation(study):
    """In random order the aided passages come by the study's one permutation."""
    keys = [card.passage.sample_key for card in deal(study, order="random") if card.arm == "assisted"]
    assert keys == sorted(keys)


def test_an_unknown_order_lists_the_known_ones(study):
    """A mistyped order is refused with those there are."""
    with pytest.raises(UnknownName, match="Known: reading, dyad, likely, unlike, contrary, random"):
        study.next_card("anna", "liekly")


@pytest.mark.parametrize(
    ("approach", "why"),
    [
        ("reflexive", "next in the order of the interviews"),
        ("codebook", "most likely to carry a theme"),
        ("content", "most likely to carry a theme"),
    ],
)
def test_the_order_follows_the_approach(study, approach, why):
    """A reflexive study is read in order; in the others the likeliest passage comes first. The card says why."""
    study._db.execute("UPDATE study SET approach = ?", (approach,))
    assert study.next_card("anna").why == why


def test_a_card_has_the_turns_around_it(study):
    """Two turns before and two after are there to read; at the edge of the text, fewer."""
    first, second = (card for card in deal(study, 2))
    assert [(len(card.before), len(card.after)) for card in (first, second)] == [(1, 2), (2, 2)]
    assert second.before[0].text == first.excerpt.quote
    assert second.before[1].text == "Mm."


# ---------------------------------------------------------------- unaided passages


def test_every_fifth_card_is_unaided(study):
    """While there are unaided passages, every fifth card is one."""
    arms = [card.arm for card in deal(study)]
    assert arms == ["assisted", "assisted", "assisted", "assisted", "unaided"] * N_UNAIDED


@pytest.mark.parametrize("order", ["reading", "likely", "random"])
def test_unaided_cards_come_in_the_permutation(study, order):
    """Whatever the order, unaided cards come by the permutation, never by score or place."""
    cards = [card for card in deal(study, order=order) if card.arm == "unaided"]
    keys = [card.passage.sample_key for card in cards]
    assert keys == sorted(p.sample_key for p in study.material.passages if study.material.is_unaided(p))


def test_an_unaided_card_has_no_suggestions(study):
    """On an unaided card there is nothing of the machine; on the others there is a tuple, if an empty one."""
    cards = deal(study)
    assert {card.suggestions for card in cards if card.arm == "unaided"} == {None}
    assert all(isinstance(card.suggestions, tuple) for card in cards if card.arm == "assisted")
    assert any(card.suggestions for card in cards)


def test_without_unaided_passages_all_cards_are_assisted(four):
    """A study made with none has no unaided card."""
    assert {card.arm for card in deal(four)} == {"assisted"}


def test_when_only_unaided_passages_are_left_they_come(study):
    """With the aided passages reviewed, the unaided ones come one after another."""
    study._db.execute("UPDATE study SET unaided_below = ?", (2**63 - 1,))
    study._forget_material()
    assert [card.arm for card in deal(study, 3)] == ["unaided"] * 3


def test_the_review_keeps_its_arm(study):
    """A review is written with the arm of its card."""
    deal(study, 5)
    arms = [row[0] for row in study._db.execute("SELECT arm FROM review ORDER BY id")]
    assert arms == ["assisted"] * 4 + ["unaided"]


def test_a_fifth_is_unaided_by_default(study):
    """Unless asked otherwise a fifth of the passages is unaided."""
    assert len(unaided(study)) == N_UNAIDED


@pytest.mark.parametrize(("asked", "n"), [(None, 400), (0, 0), (7, 7), (2100, 2100), (9999, 2100)])
def test_how_many_are_unaided(tmp_path, asked, n):
    """Of 2,100 passages at most 400 are unaided by default; else as many as were asked for, or all."""
    with Study.create(tmp_path / "big.study", unaided=asked, lexicons="none") as study:
        study.import_transcripts([write(tmp_path, "d1_s1_client", [f"Line {i}." for i in range(2100)])])
        with transaction(study._db) as db:
            given.fix_unaided(db)
        assert len(unaided(study)) == n


def test_unaided_passages_are_drawn_at_the_first_precode(four):
    """Before anything was suggested nothing is unaided."""
    four._db.execute("UPDATE study SET n_unaided = 3")
    assert unaided(four) == set()
    four.precode(model="static")
    assert len(unaided(four)) == 3


def test_unaided_passages_stay_the_same(study, tmp_path):
    """Imports and precodes after the first change nothing about which of the old passages are unaided."""
    before, old = unaided(study), {(p.transcript_id, p.start) for p in study.material.passages}
    study.import_transcripts([write(tmp_path, "d1_s2_client", spoken(30, first=50))], pattern=PATTERN)
    study.precode(model="static")
    study.forget_suggestions()
    study.precode(model="static")
    assert unaided(study) & old == before


def test_new_passages_join_by_the_same_rule(study, tmp_path):
    """Of passages imported later some are unaided too, by the line drawn once."""
    line = study.facts.unaided_below
    study.import_transcripts([write(tmp_path, "d1_s2_client", spoken(45, first=30))], pattern=PATTERN)
    study.precode(model="static")
    new = [p for p in study.material.passages if p.transcript_id == 2]
    assert study.facts.unaided_below == line
    assert 0 < sum(map(study.material.is_unaided, new)) < len(new)


def test_the_seed_draws_which(tmp_path):
    """The same seed draws the same passages in the same material, another seed others."""
    path = write(tmp_path, "d1_s1_client", spoken(N))
    drawn = []
    for n, seed in enumerate((1, 1, 2)):
        with Study.create(tmp_path / f"{n}.study", seed=seed, lexicons="none") as study:
            study.import_transcripts([path])
            with transaction(study._db) as db:
                given.fix_unaided(db)
            drawn.append(unaided(study))
    assert drawn[0] == drawn[1] != drawn[2]


# ---------------------------------------------------------------- put off


def test_what_was_put_off_comes_last(study):
    """A card put off comes back when nothing else is left."""
    first = study.next_card("anna")
    study.put_off(first.excerpt, "anna")
    cards = deal(study)
    assert len(cards) == N
    assert cards[-1].passage == first.passage


def test_what_was_put_off_first_comes_back_first(study):
    """Several cards put off come back in the order they were put off; put off again, at the end."""
    put_off = []
    for _ in range(3):
        put_off.append(study.next_card("anna").passage)
        study.put_off(study.next_card("anna").excerpt, "anna")
    deal(study, N - 3)
    assert study.next_card("anna").passage == put_off[0]
    study.put_off(study.next_card("anna").excerpt, "anna")
    assert [card.passage for card in deal(study)] == [*put_off[1:], put_off[0]]


def test_putting_off_is_each_coders_own(study):
    """What anna put off ben is dealt at once."""
    first = study.next_card("anna")
    study.put_off(first.excerpt, "anna")
    assert study.next_card("ben").passage == first.passage


def test_putting_off_is_no_review(study):
    """A passage put off counts as unreviewed."""
    study.put_off(study.next_card("anna").excerpt, "anna")
    assert study.unreviewed(coder="anna")[0].n_reviewed == 0


def test_putting_off_can_be_taken_back(study):
    """After an undo the card is the next one again."""
    first = study.next_card("anna")
    study.put_off(first.excerpt, "anna")
    assert study.undo("anna").what == "1 reading mark"
    assert study.next_card("anna").passage == first.passage


def test_an_unaided_card_put_off_stays_unaided(study):
    """An unaided passage put off comes back without suggestions."""
    deal(study, 4)
    card = study.next_card("anna")
    study.put_off(card.excerpt, "anna")
    last = deal(study)[-1]
    assert (last.passage, last.arm, last.suggestions) == (card.passage, "unaided", None)


def test_an_undone_review_deals_the_card_again(study):
    """Taking back a review brings its card back."""
    card = deal(study, 1)[0]
    assert study.undo("anna").what == "1 finished passage"
    assert study.next_card("anna") == card


# ---------------------------------------------------------------- suggestions on unaided passages


def on_unaided(study, found):
    """Return those suggestions that lie on unaided passages."""
    places = unaided(study)
    return [one for one in found if (study.material.by_name[one.excerpt.transcript].id, one.excerpt.start) in places]


def test_suggestions_on_unaided_passages_are_withheld_and_counted(study):
    """Listings leave out what is suggested on undecided unaided passages and say how many they left out."""
    everything = study.suggestions(even_unaided=True, coder="anna")
    found = study.suggestions()
    assert on_unaided(study, found) == []
    assert found.n_withheld == len(on_unaided(study, everything)) > 0
    assert len(found) + found.n_withheld == len(everything)


def test_a_narrowed_listing_counts_what_it_leaves_out(study):
    """The number left out is of those asked for, not of all."""
    everything = study.suggestions(even_unaided=True, coder="anna")
    left_out = [one for one in on_unaided(study, everything) if one.theme == "fear"]
    assert study.suggestions(theme="fear").n_withheld == len(left_out)


def test_the_command_withholds_and_counts(run, study):
    """By command, in words as in JSON, nothing of them is printed, and stderr says how many there are."""
    secret = on_unaided(study, study.suggestions(even_unaided=True, coder="anna"))
    in_words, as_json = (run("-s", study.path, "suggestions", "--limit", "0", *more) for more in ((), ("--json",)))
    for result in (in_words, as_json):
        assert f"{len(secret)} suggestions on undecided unaided passages are not shown." in result.stderr
        assert not [one for one in secret if one.excerpt.id in result.stdout]
    assert len(json.loads(as_json.stdout)) == len(study.suggestions())


def test_after_everybodys_review_they_are_shown(study):
    """Once the whole roster has reviewed an unaided passage its suggestions are listed."""
    read_all_unaided(study, "anna")
    assert study.suggestions().n_withheld > 0
    read_all_unaided(study, "ben")
    assert study.suggestions().n_withheld == 0
    assert on_unaided(study, study.suggestions())


def test_after_her_review_anna_is_shown_them(study):
    """Asked for one coder, what that coder has reviewed is listed; for the other it is still withheld."""
    read_all_unaided(study, "anna")
    assert study.suggestions(coder="anna").n_withheld == 0
    assert study.suggestions(coder="ben").n_withheld > 0


def test_a_decision_alone_shows_nothing(study):
    """A verdict on an unaided passage that is not yet reviewed does not uncover its suggestions."""
    before = study.suggestions(coder="anna").n_withheld
    deal(study, 4)
    study.decide(study.next_card("anna").excerpt, "fear", "fits", "anna")
    assert study.suggestions(coder="anna").n_withheld == before


def test_without_a_roster_they_stay_withheld(tmp_path):
    """In a study nobody codes yet, nothing counts as decided."""
    with Study.create(tmp_path / "new.study", unaided=N) as study:
        study.import_transcripts([write(tmp_path, "d1_s1_client", spoken(N))], pattern=PATTERN)
        n_suggestions = study.precode(model="static").n_suggestions
        assert (study.suggestions(), study.suggestions().n_withheld) == ([], n_suggestions)


def test_an_early_look_needs_a_coder(study):
    """Looking all the same is refused unless it is known who looks."""
    with pytest.raises(InputError, match=r"who is looking is not known\. Add --coder NAME; the look is recorded"):
        study.suggestions(even_unaided=True)
    assert visits(study, "early look") == []


def test_an_early_look_is_recorded(study):
    """Looking all the same is recorded, with who looked, for every place that was uncovered."""
    seen = on_unaided(study, study.suggestions(even_unaided=True, coder="anna"))
    assert {start for _, start in visits(study, "early look")} >= {one.excerpt.start for one in seen}
    who = study._db.execute("SELECT DISTINCT a.coder_id FROM visit v JOIN action a ON a.id = v.action_id").fetchall()
    assert [row[0] for row in who] == [study.coder("anna").id]


def test_only_what_was_hidden_is_an_early_look(study):
    """Seeing suggestions that anybody may see is not recorded as an early look."""
    seen = on_unaided(study, study.suggestions(even_unaided=True, coder="anna"))
    assert sorted(start for _, start in visits(study, "early look")) == sorted(one.excerpt.start for one in seen)


def test_an_early_look_by_command(run, study):
    """By command the look is refused without a coder, and recorded with one."""
    refused = run("-s", study.path, "suggestions", "--even-unaided")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert run("-s", study.path, "suggestions", "--even-unaided", "--coder", "anna").exit_code == 0
    assert visits(study, "early look")


# ---------------------------------------------------------------- reviewed, and for which codes


def test_everything_is_unreviewed_at_first(study):
    """Before anybody has read, all passages and words are unreviewed."""
    (row,) = study.unreviewed()
    assert (row.group, row.n_passages, row.n_unreviewed, row.n_words_reviewed) == ((), N, N, 0)
    assert row.n_words > N


def test_unreviewed_by_groups(four):
    """Groups come in reading order with passages and words, reviewed and in all."""
    deal(four, 3)
    rows = four.unreviewed(by=["dyad", "session", "perspective"])
    assert [(row.group, row.n_passages, row.n_unreviewed) for row in rows] == [
        (("2", "9", "client"), 2, 0),
        (("2", "9", "therapist"), 2, 1),
        (("2", "10", "client"), 2, 2),
        (("10", "1", "client"), 2, 2),
    ]
    assert rows[0].n_words == rows[0].n_words_reviewed > 0


@pytest.mark.parametrize(("by", "groups"), [("role", [("client",), ("therapist",)]), ("transcript", NAMES)])
def test_unreviewed_by_role_and_transcript(four, by, groups):
    """Role is the speaker's, transcript its name."""
    assert [row.group for row in four.unreviewed(by=[by])] == [group if by == "role" else (group,) for group in groups]


def test_an_unknown_group_is_refused(study):
    """A mistyped grouping lists those there are."""
    with pytest.raises(UnknownName, match="Known: dyad, session, perspective, role, transcript"):
        study.unreviewed(by=["dyat"])


def test_unreviewed_by_anybody_or_by_one(study):
    """What anna has read is reviewed, and yet unreviewed by ben."""
    deal(study, 4)
    assert study.unreviewed()[0].n_reviewed == 4
    assert study.unreviewed(coder="anna")[0].n_reviewed == 4
    assert study.unreviewed(coder="BEN")[0].n_reviewed == 0


def test_two_coders_reading_the_same_is_reviewed_once(study):
    """A passage two have read counts once."""
    deal(study, 4)
    deal(study, 4, coder="ben")
    assert study.unreviewed()[0].n_reviewed == 4


def test_a_later_code_is_unreviewed(study):
    """What was reviewed before a code was made is unreviewed for that code, and stays reviewed for the others."""
    deal(study, 3)
    study.add_code("lateness", "anna")
    deal(study, 2)
    assert study.unreviewed(code="lateness", coder="anna")[0].n_reviewed == 2
    assert study.unreviewed(code="shame", coder="anna")[0].n_reviewed == 5


def test_reading_again_reviews_a_later_code(study):
    """A second review of the same passage covers the code made in between."""
    card = deal(study, 1)[0]
    study.add_code("lateness", "anna")
    study.review(card, "anna")
    assert study.unreviewed(code="lateness")[0].n_reviewed == 1


def test_a_review_in_a_scope_is_for_its_codes_only(study):
    """A span reviewed for named codes is unreviewed for the others."""
    card = study.next_card("anna")
    shame, fear = study.code("shame"), study.code("fear")
    with study._action("anna") as action_id:
        judged.add_review(study._db, action_id, study.material.span(card.excerpt), "assisted", scope=[shame.id])
    reviews = judged.reviews(study._db)
    assert Coverage(reviews, code=shame).passage(card.passage, "anna")
    assert not Coverage(reviews, code=fear).passage(card.passage, "anna")


def test_part_of_a_passage_is_not_the_passage(study):
    """A passage is reviewed only when all of it is; two halves that touch make it whole."""
    card = study.next_card("anna")
    start, end = card.excerpt.start, card.excerpt.end
    seen = []
    for one in ((start, start + 5), (start + 5, end)):
        with study._action("anna") as action_id:
            span = study.material.span(card.transcript.excerpt(*one))
            judged.add_review(study._db, action_id, span, "assisted")
        seen.append(Coverage(judged.reviews(study._db)).passage(card.passage, "anna"))
    assert seen == [False, True]


def test_a_decision_is_no_review(study):
    """Coding some words of a passage does not finish the passage."""
    card = study.next_card("anna")
    study.decide(card.excerpt, "fear", "fits", "anna")
    assert study.unreviewed()[0].n_reviewed == 0
    assert study.next_card("anna").passage == card.passage


def test_unreviewed_by_command(run, four):
    """The command gives the same numbers as JSON, one object a group."""
    deal(four, 1)
    result = run("-s", four.path, "unreviewed", "--by", "dyad,role", "--coder", "anna", "--code", "shame", "--json")
    assert [(r["dyad"], r["role"], r["n_passages"], r["n_unreviewed"]) for r in json.loads(result.stdout)] == [
        ("2", "client", 4, 3),
        ("2", "therapist", 2, 2),
        ("10", "client", 2, 2),
    ]


def test_unreviewed_by_command_refuses_names(run, four):
    """A mistyped coder, code or group is one line on stderr and an exit of 1."""
    for option in (("--coder", "ana"), ("--code", "shmae"), ("--by", "dyat")):
        result = run("-s", four.path, "unreviewed", *option)
        assert (result.exit_code, result.stderr.count("\n"), result.stdout) == (1, 1, "")
