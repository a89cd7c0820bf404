"""The study on paper: every count is counted a second time, and what is not known is said."""

import csv
import io
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from time import perf_counter

import pytest

from assistcode import Study
from assistcode.errors import InputError, StudyError, UnknownName
from assistcode.report import PARTS
from assistcode.report.basis import Options
from assistcode.report.document import Prose, Quotes, Table
from assistcode.resources import shipped

SCARED = "I was so scared of him."
SAFE = "I felt safe with him."
USELESS = "I was afraid that I would be useless to her."
KARI = Options(lead="kari", lines=("themes", "lexicon", "codes"), by=("clinic",))


# ---------------------------------------------------------------- the sample study, counted twice


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Open the sample study with both coders' codings and the agreed set; nothing is suggested in it."""
    path, folder = tmp_path_factory.mktemp("sample") / "sample.study", shipped("sample_data")
    with Study.create(path, title="Sample study", approach="content") as made:
        made.import_transcripts(
            [folder / "transcripts"],
            pattern="d{dyad}_s{session}_{perspective}",
            roles=("V-C=client/video", "V-T=therapist/video"),
        )
        for name in ("kari", "jon", "you"):
            made.add_coder(name)
        made.import_codebook(folder / "codebook.csv", "kari")
        made.import_attributes(folder / "groups.csv", "kari")
        made.import_attributes(folder / "attributes.csv")
        for name in ("kari", "jon"):
            made.import_codings(folder / f"codings_{name}.csv", name)
        made.import_codings(folder / "agreed.csv", "kari", agreed=True)
    with Study.open(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def second():
    """Read the same codings once more, from the tables alone: the agreed rows where there are any, else Kari's."""
    folder = shipped("sample_data")
    theme_of = {row["code"]: row["theme"] for row in table(folder / "codebook.csv")}
    group_of = {row["dyad"]: row["group"] for row in table(folder / "groups.csv")}
    clinic_of = {row["dyad"]: row["clinic"] for row in table(folder / "attributes.csv")}
    agreed = table(folder / "agreed.csv")
    settled = {row["transcript"] for row in agreed}
    kari = [row for row in table(folder / "codings_kari.csv") if row["transcript"] not in settled]
    rows = [row for row in (*agreed, *kari) if row["action"] in {"accept", ""}]
    for row in rows:
        dyad, session, row["perspective"] = re.fullmatch(r"d0?(\d+)_s(\d)_(\w+)", row["transcript"]).groups()
        row |= {"dyad": dyad, "session": session, "group": group_of[dyad], "clinic": clinic_of[dyad]}
        row["pole"] = {"lacking": "spoken of as missing"}.get(row["pole"], row["pole"] or "no pole given")
        row["effect"] = row["effect"] or "no effect given"
        row["lines"] = {
            ("codes", row["code"]),
            ("themes" if row["code"] in theme_of else "lexicon", theme_of.get(row["code"], row["code"])),
        }
    return rows


def table(path):
    """Read a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("by", ["dyad", "group", "clinic", "perspective", "session", "pole", "effect"])
def test_counts_are_those_of_a_second_computation(sample, second, by):
    """Excerpts, dyads and speakers of every theme and code in every group, as counted from the tables."""
    excerpts, dyads, who = defaultdict(set), defaultdict(set), defaultdict(set)
    for row in second:
        for line in row["lines"]:
            place = (*line, row[by])
            excerpts[place].add((row["transcript"], row["quote"]))
            dyads[place].add(row["dyad"])
            who[place].add(row["perspective"])
    (section,) = sample.report("frequency", options=KARI)
    records = [one for one in section.records if one["by"] == by]
    found = {(one["lines"], one["line"], one["group"]): one for one in records}
    assert {place for place, one in found.items() if one["n_excerpts"]} == set(excerpts)
    for place, one in found.items():
        assert one["n_excerpts"] == len(excerpts[place])
        assert set(one["dyads"].split()) == dyads[place]
        assert one["n_dyads"] == len(dyads[place])
        assert set(one["who"].split()) == who[place]


@pytest.mark.parametrize("by", ["dyad", "session", "perspective"])
def test_bases_are_those_of_a_second_computation(sample, by):
    """Interviewee words and moments of each group, counted from the turns."""
    words, moments, dyads = Counter(), defaultdict(set), defaultdict(set)
    for transcript in sample.transcripts():
        group = getattr(transcript.placement, by)
        dyads[group].add(transcript.placement.dyad)
        for turn in transcript.turns:
            if turn.speaker.kind == "interview" and turn.speaker.role in {"client", "therapist"}:
                words[group] += len(transcript.text[turn.start : turn.end].split())
                if turn.moment is not None:
                    moments[group].add((transcript.name, turn.moment))
    (section,) = sample.report("frequency", options=KARI)
    for one in section.records:
        if one["by"] == by:
            assert one["of_words"] == words[one["group"]]
            assert one["of_moments"] == len(moments[one["group"]])
            assert one["of_dyads"] == len(dyads[one["group"]])


def test_moments_are_those_of_a_second_computation(sample):
    """In how many moments a code stands, from the codings listed one by one."""
    moments = defaultdict(set)
    agreed = {one.excerpt.transcript for one in sample.codings(coder="agreed")}
    for name in ("agreed", "kari"):
        for one in sample.codings(coder=name):
            if (name == "agreed" or one.excerpt.transcript not in agreed) and one.moment is not None:
                moments[one.code, one.dyad].add((one.excerpt.transcript, one.moment))
    (section,) = sample.report("frequency", options=KARI)
    records = [one for one in section.records if one["by"] == "dyad" and one["lines"] == "codes"]
    assert sum(one["n_moments"] for one in records) > 500
    for one in records:
        assert one["n_moments"] == len(moments[one["line"], one["group"]])


def test_excerpts_behind_a_number_are_as_many(sample):
    """The rows of the part "excerpts" give every count of the frequency table again."""
    frequency, excerpts = sample.report("frequency", "excerpts", options=KARI)
    behind = Counter()
    for place in {(one["lines"], one["line"], one["dyad"], one["excerpt_id"]) for one in excerpts.records}:
        behind[place[:3]] += 1
    for one in frequency.records:
        if one["by"] == "dyad":
            assert one["n_excerpts"] == behind[one["lines"], one["line"], one["group"]]


def test_representativeness_as_the_paper_prints_it(sample):
    """A row a theme, a column a dyad with who spoke, then how many dyads of twelve."""
    (section,) = sample.report("representativeness", options=Options(lead="kari"))
    first = section.blocks[0]
    assert first.header == ("Themes", *map(str, range(1, 13)), "dyads")
    row = {line[0].text: [cell.text for cell in line[1:]] for line in first.rows}["Being a burden or being a guest"]
    assert row == ["CT", "C", "CT", "C", "CT", "–", "C", "–", "CT", "CT", "–", "CT", "9 of 12"]
    assert "makes no claim about a population" in first.caption
    assert first.caption.endswith(
        "Counted: the agreed set where there is one (2 of 47 interviews), elsewhere the codings of kari."
    )


def test_the_whole_report_of_the_sample_is_quick(sample, tmp_path):
    """All parts in all formats take less than ten seconds; the page is one file."""
    began = perf_counter()
    files = sample.write_report(sample.report("all", options=Options(lead="kari")), tmp_path / "paper")
    assert perf_counter() - began < 10
    assert [path.name for path in files][:2] == ["report.html", "representativeness.csv"]
    assert {path.suffix for path in files} == {".html", ".csv", ".xlsx", ".docx"}
    assert len(files) == 1 + 3 * len(PARTS)


def test_one_coder_alone(sample):
    """With a coder named only that person's codings are counted, and what they did not read is unreviewed."""
    (section,) = sample.report("representativeness", options=Options(lines=("lexicon",)), coder="jon")
    by_dyad = [one for one in section.records if one["by"] == "dyad" and one["line"] == "shame"]
    expected = {one.dyad for one in sample.codings(coder="jon", code="shame")}
    assert {one["group"] for one in by_dyad if one["state"] == "coded"} == expected
    assert {one["state"] for one in by_dyad} >= {"coded", "unreviewed"}
    assert section.blocks[0].caption.endswith("Counted: the codings of jon.")
    assert not re.search(r"\b0\b", " ".join(cell.text for row in section.blocks[0].rows for cell in row))


def test_a_coder_with_nothing(sample):
    """Somebody who has done nothing yet is told so; every cell is unknown and none is absent."""
    section, said = sample.report("representativeness", "quotations", coder="you")
    assert {one["state"] for one in section.records} == {"unreviewed"}
    assert section.missing[:2] == (
        "you has read nothing to the end, so what is not coded is unreviewed, never absent.",
        "There is no human coding to count.",
    )
    assert section.blocks[0].rows[0][-1].text == "0–12 of 12"
    assert said.missing[0] == "There is no human coding to quote from."


def test_several_coders_and_no_lead(sample):
    """Whose codings are final has to be said."""
    with pytest.raises(StudyError) as caught:
        sample.report("frequency")
    assert str(caught.value) == (
        "report: several people have coded (jon, kari)."
        " Name the lead coder with --lead NAME; the agreed set counts where there is one."
    )


def test_filters_narrow_counts_and_bases(sample):
    """A dyad, a session and a role narrow codings, words and the number of dyads alike."""
    narrow = {"dyad": "5", "session": "3", "role": "client"}
    (section,) = sample.report("frequency", options=KARI, **narrow)
    one = next(one for one in section.records if one["by"] == "dyad" and one["line"] == "fear")
    codings = sample.codings(coder="kari", code="fear", **narrow)
    assert one["n_excerpts"] == len({coding.excerpt for coding in codings}) > 0
    transcript = sample.material.by_name["d05_s3_client"]
    spoken = [turn for turn in transcript.turns if turn.is_codable]
    assert one["of_words"] == sum(len(transcript.text[turn.start : turn.end].split()) for turn in spoken)
    assert one["of_dyads"] == 1
    assert section.blocks[0].caption.endswith("Only dyad 5, session 3, role client.")


def test_days_narrow(sample):
    """Nothing was coded tomorrow; everything was coded since yesterday."""
    (all_of_it,) = sample.report("excerpts", options=KARI)
    (since,) = sample.report("excerpts", options=KARI, since="2000-01-01")
    (before,) = sample.report("excerpts", options=KARI, until="2000-01-01")
    assert (len(since.records), len(before.records)) == (len(all_of_it.records), 0)


def test_attribution_styles(sample):
    """The same quotations under four ways of naming who speaks."""
    said = {}
    for style in ("dyad", "group", "role", "separate"):
        (section,) = sample.report("quotations", options=Options(lead="kari", attribution=style), theme="shame")
        said[style] = [one["attribution"] for one in section.records]
    assert all(re.fullmatch(r"(client|therapist), dyad \d+", one) for one in said["dyad"])
    assert all(re.fullmatch(r"(client|therapist), (good|troubled) group", one) for one in said["group"])
    assert set(said["role"]) == {"client", "therapist"}
    assert all(re.fullmatch(r"client C\d+|therapist T\d+", one) for one in said["separate"])


def test_quotations_are_spread(sample):
    """Four quotations of a theme come from four dyads and both sides; all themes together from every dyad."""
    (section,) = sample.report("quotations", options=Options(lead="kari"))
    of_line = defaultdict(list)
    for one in section.records:
        of_line[one["line"]].append(one)
    for line, rows in of_line.items():
        assert len({row["dyad"] for row in rows}) == 4
        assert line == "The therapist's hidden doubt" or {row["role"] for row in rows} == {"client", "therapist"}
    assert {one["dyad"] for one in section.records} == {str(n) for n in range(1, 13)}
    assert all(one["words"] == " ".join(one["original"].split()) for one in section.records)


def test_internal_confidentiality(sample):
    """Under the dyad's number a member can read the other's words; by role alone the label hides them."""
    (open_,) = sample.report("confidentiality", options=Options(lead="kari"))
    (hidden,) = sample.report("confidentiality", options=Options(lead="kari", attribution="role"))
    (quoted,) = sample.report("quotations", options=Options(lead="kari"))
    counts = Counter((one["dyad"], one["role"]) for one in quoted.records)
    assert len(open_.records) == 24
    for one in open_.records:
        other = "therapist" if one["member"] == "client" else "client"
        assert one["n_other"] <= counts[one["dyad"], other]
        assert ("as the other's" in one["learns"]) == bool(one["n_own"] and one["n_other"])
    five = next(one for one in open_.records if (one["dyad"], one["member"]) == ("5", "client"))
    spoke = {one.theme for one in sample.codings(coder="kari", dyad="5", perspective="therapist", session="3")}
    assert spoke <= set(five["themes"].split(", "))
    assert {one["learns"] for one in hidden.records} == {
        "nothing by the label, which fits 12 people; the words may still be known"
    }


def test_attributes_that_few_people_share(sample):
    """Values that fit fewer than three dyads are named, alone or in the smallest combination."""
    (section,) = sample.report("confidentiality", options=Options(lead="kari"))
    rows = {row[0].text: row[2].text for row in section.blocks[1].rows}
    assert rows["orientation metacognitive"] == "8"
    assert rows["clinic private, group good"] == "10, 12"
    assert not [name for name in rows if "metacognitive" in name and "," in name]
    assert "clinic private" not in rows


# ---------------------------------------------------------------- what is read and what is not


def excerpt(study, words):
    """Return the one place where these words stand."""
    (found,) = [
        one.excerpt(one.text.index(words), one.text.index(words) + len(words))
        for one in study.transcripts()
        if words in one.text
    ]
    return found


def read(study, coder, n_passages=None):
    """Let a coder finish with the next passages in reading order; with all when no number is given."""
    n = 0
    while n != n_passages and (card := study.next_card(coder, "reading")) is not None:
        study.review(card, coder)
        n += 1


def cell(study, line="fear", **values):
    """Return what stands for a lexicon theme in the one dyad, and its plain row."""
    (section,) = study.report("representativeness", options=Options(lines=("lexicon",), **values))
    text = next(row[1].text for row in section.blocks[0].rows if row[0].text == line)
    return text, next(one for one in section.records if (one["by"], one["line"]) == ("dyad", line))


def test_unread_is_never_absent(study):
    """Before, during and after the reading an empty cell says three different things."""
    assert cell(study)[0] == "?"
    read(study, "anna", 1)
    assert cell(study)[0] == "(–)"
    study.decide(excerpt(study, SCARED), "fear", "fits", "anna")
    assert cell(study)[0] == "C*"
    read(study, "anna")
    text, record = cell(study)
    assert (text, record["n_reviewed"]) == ("C", record["of_passages"])
    assert cell(study, "shame")[0] == "–"


def test_a_coding_of_what_no_interviewee_said_is_counted(study, tmp_path):
    """An excerpt of the interviewer's talk counts and is named as theirs, also where nobody else speaks."""
    (tmp_path / "d2_s3_client.txt").write_text("Interviewer: Were you afraid of the dog?\n")
    study.import_transcripts([tmp_path / "d2_s3_client.txt"], pattern="d{dyad}_s{session}_{perspective}")
    study.decide(excerpt(study, "afraid of the dog"), "fear", "fits", "anna")
    (section,) = study.report("representativeness", options=Options(lines=("lexicon",), with_suggestions=True))
    fear = next(row for row in section.blocks[0].rows if row[0].text == "fear")
    assert [cell.text for cell in fear] == ["fear", "?", "I", "1–2 of 2"]
    assert section.blocks[0].notes[0] == "C client, I interviewer, T therapist: who spoke."


def test_a_code_made_after_the_reading_is_unreviewed(study):
    """What was read before a code existed was not read for it."""
    read(study, "anna")
    study.add_code("keeping the coat on", "anna")
    (section,) = study.report("representativeness", options=Options(lines=("codes",)))
    states = {one["line"]: one["state"] for one in section.records if one["by"] == "dyad"}
    assert (states["fear"], states["keeping the coat on"]) == ("none", "unreviewed")


def test_the_agreed_set_wins_where_it_stands(study, tmp_path):
    """An agreed rejection takes the lead's coding of that code out; elsewhere the lead's stands."""
    for words in (SCARED, USELESS):
        study.decide(excerpt(study, words), "fear", "fits", "anna")
    rows = f"transcript,start,end,quote,code,pole,coder,action\nd1_s3_client,,,{SCARED},fear,,,reject\n"
    (tmp_path / "agreed.csv").write_text(rows)
    study.import_codings(tmp_path / "agreed.csv", "anna", agreed=True)
    assert [
        one["words"] for one in study.report("excerpts", options=Options())[0].records if one["line"] == "fear"
    ] == [USELESS]


# ---------------------------------------------------------------- quotations


def quoted(study, line="fear", **options):
    """Return the quotations of one lexicon theme."""
    (section,) = study.report("quotations", options=Options(lines=("lexicon",), **options))
    return [one for one in section.records if one["line"] == line]


@pytest.fixture
def coded(study):
    """Return the study with one fear coded on each side."""
    for words in (SCARED, USELESS):
        study.decide(excerpt(study, words), "fear", "fits", "anna")
    return study


def test_basket_comes_first_in_its_order(coded):
    """What people chose stands first, ordered, edited and translated; the link to the words said stays."""
    first, second = excerpt(coded, SCARED).id, excerpt(coded, USELESS).id
    coded.keep_quotation(first, "anna")
    coded.keep_quotation(second, "ben", edited="I was afraid […] [of being] useless to her.")
    coded.order_quotations([second], "anna")
    coded.translate_quotation(second, "Jeg var redd", "anna")
    rows = quoted(coded)
    assert [(one["excerpt_id"], one["from"]) for one in rows] == [(second, "basket"), (first, "basket")]
    assert rows[0]["words"] == "I was afraid […] [of being] useless to her."
    assert (rows[0]["original"], rows[0]["translation"]) == (USELESS, "Jeg var redd")
    assert [one.coder for one in coded.basket()] == ["ben", "anna"]


def test_cut_and_drop(coded):
    """Words are cut out with a mark, and a quotation leaves the basket without leaving the log."""
    place = excerpt(coded, SCARED).id
    coded.keep_quotation(place, "anna")
    assert coded.shorten_quotation(place, "so scared", "anna").edited == "I was […] of him."
    assert coded.shorten_quotation(place, "of", "anna").edited == "I was […] him."
    coded.drop_quotation(place, "anna")
    assert coded.basket() == []
    assert SCARED in {one["words"] for one in quoted(coded)}
    assert [memo.kind for memo in coded.memos()] == ["quotation"] * 4
    coded.undo("anna")
    assert [one.edited for one in coded.basket()] == ["I was […] him."]


@pytest.mark.parametrize(
    "edited",
    ["I was scared of him.", "I was so scared of the doctor.", "scared […] so", "I was so happy […] him."],
)
def test_words_that_were_not_said_are_refused(coded, edited):
    """Outside square brackets a quotation holds only what was said, in its order."""
    place = excerpt(coded, SCARED).id
    with pytest.raises(InputError, match=r"was not said there, or not in this order\. Write \[…\] for what you cut"):
        coded.keep_quotation(place, "anna", edited=edited)
    assert coded.basket() == []


def test_refusals_of_the_basket(coded):
    """Each refusal says what to do."""
    place = excerpt(coded, SCARED).id
    with pytest.raises(InputError) as caught:
        coded.drop_quotation(place, "anna")
    put_in = f"Put it in with 'assistcode basket add {place} --coder NAME'."
    assert str(caught.value) == f"{place}: is not in the basket. {put_in}"
    coded.keep_quotation(place, "anna")
    with pytest.raises(InputError) as caught:
        coded.shorten_quotation(place, "a doctor", "anna")
    assert str(caught.value) == f"'a doctor': the quotation does not have these words. It reads: {SCARED}"
    with pytest.raises(InputError) as caught:
        coded.keep_quotation(place, "anna", edited=" ")
    assert str(caught.value) == f"{place}: no words are left. Take it out with 'assistcode basket drop'."


def test_basket_survives_a_mended_transcript(coded, files):
    """After a transcript is mended the edited form stands at the same words of the new text."""
    coded.keep_quotation(excerpt(coded, SCARED).id, "anna", edited="I was […] scared of him.")
    path = files / "d1_s3_client.txt"
    path.write_text(path.read_text().replace("What was going on here?", "So, what was going on here?"))
    coded.replace_transcript("d1_s3_client", path)
    (kept,) = coded.basket()
    assert (kept.excerpt.id, kept.edited) == (excerpt(coded, SCARED).id, "I was […] scared of him.")


@pytest.mark.parametrize(
    ("header", "row", "why"),
    [
        ("dyad,quote", "1,no", "dyad 1: quote no"),
        ("transcript,quote", "d1_s3_client,no", "transcript d1_s3_client: quote no"),
        ("speaker,quote", "1 client,no", "speaker 1 client: quote no"),
        ("speaker,consent", "1 client,analysis", "speaker 1 client: consent analysis"),
        ("dyad,consent", "1,perhaps", "dyad 1: consent perhaps"),
    ],
)
def test_what_may_not_be_quoted_is_counted_only(coded, tmp_path, header, row, why):
    """Marks and levels of consent keep words out of every part, and the report says so."""
    (tmp_path / "marks.csv").write_text(f"{header}\n{row}\n")
    coded.import_attributes(tmp_path / "marks.csv")
    sections = coded.report("all", options=Options(lines=("lexicon",), cell_quotations=True))
    everything = coded.report_page("all", options=Options(lines=("lexicon",), cell_quotations=True))
    assert SCARED not in everything + json.dumps([list(one.records) for one in sections])
    assert any(f"may not be quoted ({why})" in text for text in sections[2].missing)
    assert next(one for one in sections[0].records if one["line"] == "fear")["n_excerpts"] == 2
    unknown = "dyad 1 has the level of consent 'perhaps', which is not known; the words are kept out."
    assert (unknown in sections[2].missing) == ("perhaps" in row)


def test_an_excerpt_marked_do_not_quote(coded):
    """A memo of the kind "do not quote" keeps an excerpt out, also in part."""
    place = excerpt(coded, "so scared")
    coded.add_memo("She asked us.", "anna", about="excerpt", subject=place.id, kind="do not quote")
    assert [one["words"] for one in quoted(coded)] == [USELESS]


def test_a_basket_says_what_it_may_not_show(coded):
    """A quotation chosen and then marked is named as missing."""
    place = excerpt(coded, SCARED)
    coded.keep_quotation(place.id, "anna")
    coded.add_memo("", "anna", about="excerpt", subject=place.id, kind="do not quote")
    (section,) = coded.report("quotations", options=Options())
    assert "1 quotation of the basket cannot be shown: not coded here, or not to be quoted." in section.missing


def test_a_disguise_holds_everywhere(coded):
    """A disguised detail is replaced in quotations, excerpts and edited forms of that dyad, as a whole word."""
    coded.disguise("him", "the doctor", "anna", about="dyad", subject="1")
    coded.keep_quotation(excerpt(coded, SCARED).id, "anna")
    page = coded.report_page("quotations", "excerpts", options=Options(lines=("lexicon",)))
    assert "I was so scared of [the doctor]." in page
    assert "scared of him" not in page


def test_a_disguise_needs_a_case_that_exists(coded):
    """A dyad or transcript that is not there is refused."""
    with pytest.raises(UnknownName, match="dyad '9': there is none in this study"):
        coded.disguise("him", "her", "anna", about="dyad", subject="9")


def test_one_quotation_a_cell(sample):
    """On demand every cell of the frequency table has one quotation, in an order that tells the dyad only if named."""
    options = {"lead": "kari", "lines": ("lexicon",), "cell_quotations": True}
    (named,) = sample.report("frequency", options=Options(**options))
    (unnamed,) = sample.report("frequency", options=Options(**options, attribution="separate"))
    n_cells = sum(one["by"] == "dyad" and one["state"] == "coded" for one in named.records)
    lists = [[quote.attribution for quote in one.blocks[-1].quotes] for one in (named, unnamed)]
    assert [len(quotes) for quotes in lists] == [n_cells, n_cells] == [60, 60]
    assert lists[0][:2] == ["competence; client, dyad 1", "competence; client, dyad 2"]
    assert lists[1] == sorted(lists[1])
    (check,) = sample.report("confidentiality", options=Options(**options))
    assert sum(one["n_own"] for one in check.records) >= n_cells


def test_separate_labels_do_not_pair(sample):
    """Clients and therapists are numbered each in an order of their own."""
    labels = {}
    for one in sample.report("quotations", options=Options(lead="kari", attribution="separate", n_quotations=30))[
        0
    ].records:
        labels[one["dyad"], one["role"]] = one["attribution"].split()[1]
    assert len(set(labels.values())) == len(labels) == 24
    pairs = [labels[str(n), "client"][1:] == labels[str(n), "therapist"][1:] for n in range(1, 13)]
    assert sum(pairs) < 12


# ---------------------------------------------------------------- methods, audit, data protection


def words(section):
    """Return a section's prose."""
    return "\n".join(text for block in section.blocks if isinstance(block, Prose) for text in block.paragraphs)


@pytest.mark.parametrize("approach", ["reflexive", "codebook", "content"])
def test_never_reflexive_beside_reliability(tmp_path, files, approach):
    """No page of a report holds both words, whatever the approach; only a reflexive study is called so."""
    with Study.create(tmp_path / "s.study", approach=approach) as made:
        made.import_transcripts([files], pattern="d{dyad}_s{session}_{perspective}")
        page = made.report_page("all")
    assert "reliab" not in page.casefold()
    assert ("reflexive" in page.casefold()) == (approach == "reflexive")


def test_methods_name_models_lexicons_and_readers(study):
    """Models and lexicons stand with their hashes, readers with what they read."""
    read(study, "anna", 2)
    (section,) = study.report("methods")
    text, facts = words(section), study.run()[0]
    assert f"Embedding model: static (sha256 {facts.model_sha256[:16]})" in text
    assert all(f"{name} (sha256 {sha[:16]})" in text for name, sha in facts.lexicons.items())
    assert "the analysis is theory-informed" in text
    n_passages = len(study.material.passages)
    assert f"anna read 2 of {n_passages} passages (0 of 2 interviews to the end) and made 0 codings." in text
    assert "ben has read and coded nothing." in text
    assert "No passages were set apart to be read without suggestions." in text
    assert section.missing == ("Nobody has decided on anything yet: the text tells of the preparations alone.",)


def test_methods_without_a_machine(tmp_path, files):
    """Without suggestions and lexicons the text claims neither."""
    with Study.create(tmp_path / "s.study", lexicons="none") as made:
        made.import_transcripts([files])
        before = words(made.report("methods")[0])
        made.precode(model="static")
        after = words(made.report("methods")[0])
    assert "No suggestions by machine were made." in before
    assert "No lexicon was used." in after
    assert "theory-informed" not in before + after


def test_positionality_fills_its_slot(study):
    """What researchers write about themselves takes the place of the slot."""
    assert "[Who the researchers are" in words(study.report("methods")[0])
    study.add_memo("I am a nurse.", "anna", kind="positionality")
    text = words(study.report("methods")[0])
    assert "anna: I am a nurse." in text
    assert "[Who the researchers are" not in text


def test_unaided_passages_are_told(tmp_path, files):
    """How many passages were set apart, by which seed, and how the decisions fell."""
    with Study.create(tmp_path / "s.study", unaided=2, seed=7) as made:
        made.import_transcripts([files])
        made.precode(model="static")
        made.add_coder("anna")
        text = words(made.report("methods")[0])
    assert "2 of 7 passages, drawn at random before the coding (seed 7), were set apart to be read unaided" in text


def test_audit_holds_every_action_and_no_words(coded):
    """Every decision, memo and undo is in the log with its author; what was taken back says so."""
    coded.decide(excerpt(coded, SAFE), "safety", "fits", "ben", memo="calm")
    coded.undo("ben")
    (section,) = coded.report("audit")
    decisions = [one for one in section.records if one["what"].startswith("decision: fits")]
    assert [(one["who"], one["name"], one["is_undone"]) for one in decisions] == [
        ("anna", "fear", False), ("anna", "fear", False), ("ben", "safety", True),
    ]  # fmt: skip
    assert decisions[0]["subject"] == excerpt(coded, SCARED).id
    assert [one["what"] for one in section.records][-1].startswith("undo of action ")
    assert SAFE not in json.dumps(list(section.records))
    assert [one["at"] for one in section.records] == sorted(one["at"] for one in section.records)
    counted = sum(int(row[3].text) for row in section.blocks[0].rows)
    assert counted == len(section.records)


def test_data_protection_sheet(study):
    """The sheet names file, models, that nothing is sent, and how a withdrawal works."""
    text = words(study.report("data-protection")[0])
    assert "One file, test.study," in text
    assert "Nothing. The program opens no connection" in text
    assert f"static (sha256 {study.run()[0].model_sha256[:16]})" in text
    assert "assistcode transcripts remove NAME" in text
    assert "Its words stay in the study file" in text
    assert "No such mark stands now." in text


# ---------------------------------------------------------------- suggestions beside


def test_suggestions_stand_beside_and_are_marked(coded):
    """The machine's line stands under the people's, marked; without asking there is none."""
    (plain,) = coded.report("frequency", options=Options(lines=("lexicon",)))
    assert {one["source"] for one in plain.records} == {"people"}
    (section,) = coded.report("frequency", options=Options(lines=("lexicon",), with_suggestions=True))
    machine = {one["line"]: one["n_excerpts"] for one in section.records
               if (one["by"], one["source"]) == ("dyad", "machine")}  # fmt: skip
    offered = Counter(one.theme for one in coded.suggestions())
    assert machine == {theme: offered[theme] for theme in machine}
    assert machine["fear"] > 0
    marked = [row for row in section.blocks[0].rows if row[0].is_machine]
    assert [row[0].text for row in marked] == [f"{theme}: the machine's suggestions" for theme in machine]
    assert section.blocks[0].notes[-1] == "Machine: suggestions, no coding by anybody."
    assert 'class="machine"' in coded.report_page("frequency", options=Options(with_suggestions=True))


def test_suggestions_on_unaided_passages_stay_hidden(tmp_path, files):
    """The machine's counts leave out what nobody may see yet, and say how many."""
    with Study.create(tmp_path / "s.study", unaided=100) as made:
        made.import_transcripts([files], pattern="d{dyad}_s{session}_{perspective}")
        n_made = made.precode(model="static").n_suggestions
        (section,) = made.report("frequency", options=Options(lines=("lexicon",), with_suggestions=True))
    assert not sum(one["n_excerpts"] for one in section.records)
    assert section.blocks[0].notes[-1] == (
        f"Machine: suggestions, no coding by anybody; {n_made} on undecided unaided passages are left out."
    )


# ---------------------------------------------------------------- files


def test_the_page_needs_nothing_else(sample):
    """No address of another place stands in the page, and every number leads to a list that is there."""
    page = sample.report_page("all", options=Options(lead="kari"))
    assert not re.findall(r"https?:|//\w|\bsrc=|@import|url\(", page.replace("doi.org", ""))
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= set(re.findall(r'id="([^"]+)"', page))
    assert len(targets) == len(PARTS) + 12
    links = re.findall(r'<a href="#\w+" data-by="(\w+)" data-group="([^"]+)">', page)
    for by, group in set(links) - {("all", "all")}:
        assert f'data-{by}="{group}"' in page


def test_a_number_in_the_page_is_the_length_of_its_list(sample):
    """The excerpts listed under a theme for one dyad are as many as the table says."""
    sections = sample.report("frequency", "excerpts", options=Options(lead="kari", lines=("lexicon",)))
    lists = {block.key: block for block in sections[1].blocks if isinstance(block, Quotes)}
    for row in sections[0].blocks[0].rows[:5]:
        for one in row[1:-1]:
            quotes = lists[one.behind.kind, one.behind.line].quotes
            assert int(one.text) == sum(quote.groups["dyad"] == one.behind.group for quote in quotes)


def test_words_of_a_transcript_cannot_run_in_the_page(tmp_path):
    """Tags in names and talk are shown, not obeyed; control characters are left out."""
    (tmp_path / "d1_s3_client.txt").write_text("Client: I was <script>alert(1)</script> afraid of it.\n")
    with Study.create(tmp_path / "s.study", title="<b>Title</b>") as made:
        made.import_transcripts([tmp_path / "d1_s3_client.txt"], pattern="d{dyad}_s{session}_{perspective}")
        made.add_coder("anna")
        transcript = made.transcripts()[0]
        turn = transcript.turns[0]
        made.decide(transcript.excerpt(turn.start, turn.end), "fear", "fits", "anna")
        made.add_code("torn\x01up", "anna")
        sections = made.report("all", options=Options(lines=("lexicon", "codes")))
        files = made.write_report(sections, tmp_path / "out")
    page = files[0].read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "tornup" in page
    assert "\x01" not in page
    assert "<h1>&lt;b&gt;Title&lt;/b&gt;</h1>" in page


def test_tables_read_back(sample, tmp_path):
    """csv, xlsx and docx hold what the section holds."""
    import docx
    from openpyxl import load_workbook

    (section,) = sample.report("frequency", options=Options(lead="kari"))
    page, as_csv, as_xlsx, as_docx = sample.write_report([section], tmp_path)
    assert page.name == "frequency.html"
    rows = list(csv.DictReader(io.StringIO(as_csv.read_text(encoding="utf-8"))))
    assert rows == [{key: str(value) for key, value in one.items()} for one in section.records]
    book = load_workbook(as_xlsx)
    assert book.sheetnames[0] == "Themes by dyad"
    assert book.sheetnames[-1] == "rows"
    first = [list(row) for row in book["Themes by dyad"].iter_rows(values_only=True)]
    assert first[0] == list(section.blocks[0].header)
    assert first[1][1:3] == [int(cell.text) for cell in section.blocks[0].rows[0][1:3]]
    grid = docx.Document(as_docx).tables[0]
    assert [one.text for one in grid.rows[1].cells] == [cell.text for cell in section.blocks[0].rows[0]]


def test_nothing_in_a_table_is_calculated(coded, tmp_path):
    """A code that looks like a formula stays text in csv and xlsx."""
    from openpyxl import load_workbook

    coded.add_code("=1+1", "anna")
    (section,) = coded.report("frequency", options=Options(lines=("codes",)))
    _, as_csv, as_xlsx, _ = coded.write_report([section], tmp_path / "out")
    assert ",'=1+1," in as_csv.read_text()
    cells = [cell for row in load_workbook(as_xlsx)["Codes by dyad"].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if str(cell.value).endswith("=1+1")] == ["s"]


def test_an_older_report_is_never_overwritten(coded, tmp_path):
    """One file in the way stops the writing before it begins."""
    folder = tmp_path / "paper"
    folder.mkdir()
    (folder / "audit.docx").write_text("mine")
    with pytest.raises(InputError) as caught:
        coded.write_report(coded.report("all"), folder)
    assert str(caught.value) == (
        f"{folder / 'audit.docx'}: there is a file of this name already."
        " Name a new folder with --out, or move the old report away."
    )
    assert [path.name for path in folder.iterdir()] == ["audit.docx"]


def test_a_folder_that_cannot_be_made(coded, tmp_path):
    """A file where the folder should be is told."""
    (tmp_path / "paper").write_text("a file")
    with pytest.raises(InputError, match=r"paper: cannot be made .* Name another folder with --out\."):
        coded.write_report(coded.report("methods"), tmp_path / "paper")


def test_unknown_names(coded, tmp_path):
    """Parts, formats and choices that do not exist are refused with those that do."""
    with pytest.raises(UnknownName, match=r"report 'metods': there is no such part\. Did you mean 'methods'\?"):
        coded.report("metods")
    with pytest.raises(UnknownName, match=r"format 'odt': a report has no such format\. Known: csv, docx"):
        coded.write_report(coded.report("methods"), tmp_path / "x", ["odt"])
    with pytest.raises(UnknownName, match=r"'dyads': a report knows no such choice\. Did you mean 'dyad'\?"):
        Options(attribution="dyads")
    with pytest.raises(UnknownName, match=r"--by clinics: no dyad or interview has this attribute\."):
        coded.report("frequency", options=Options(by=("clinics",)))


# ---------------------------------------------------------------- bad input


def test_no_decisions_and_no_groups(study):
    """A study nobody has coded yet gives every part and says what is missing."""
    sections = study.report("all")
    missing = [text for one in sections for text in one.missing]
    assert "Nobody has read anything to the end, so what is not coded is unreviewed, never absent." in missing
    assert "There is no human coding to count." in missing
    assert "The material has 1 dyad: there is nothing to compare between dyads." in missing
    assert "There are no themes." in missing
    assert "No quotation is printed, so nobody can recognise one." in missing
    assert any(text.startswith("No dyad has a group. Assign groups with") for text in missing)
    assert "undefined" not in study.report_page("all")


def test_no_interview_at_all(tmp_path):
    """An empty study has a report that says so, in every format."""
    with Study.create(tmp_path / "empty.study") as made:
        sections = made.report("all")
        made.write_report(sections, tmp_path / "paper")
    assert "There is no interview to count in. Import transcripts, or widen the filters." in sections[0].missing
    assert "There are no interviews yet." in words(sections[3])


LONG = "Das lange Wort " * 5 + "ñandú"


def test_two_hundred_dyads_with_long_names_in_other_scripts(tmp_path):
    """Wide tables are cut into blocks a page can hold; no name is lost."""
    names = [f"{n} {LONG[:70]}" if n % 2 else f"{n} Ελένη 林 عمر" for n in range(200)]
    lines = [f"dyad{n}.txt,{name}" for n, name in enumerate(names)]
    (tmp_path / "map.csv").write_text("\n".join(["file,dyad", *lines]), encoding="utf-8")
    texts = tmp_path / "texts"
    texts.mkdir()
    for n in range(200):
        (texts / f"dyad{n}.txt").write_text(f"Client: I was afraid, the {n}th time.\n", encoding="utf-8")
    with Study.create(tmp_path / "wide.study") as made:
        made.import_transcripts([texts], table=tmp_path / "map.csv")
        made.add_coder("anna")
        read(made, "anna")
        sections = made.report("all", options=Options(lines=("lexicon",)))
        made.write_report(sections, tmp_path / "paper")
    table = sections[0].blocks[0]
    assert len(table.header) == 202
    blocks = list(table.blocks(13))
    assert max(len(block.header) for block in blocks) == 14
    assert [name for block in blocks for name in block.header[1:]] == list(table.header[1:])
    page = (tmp_path / "paper" / "report.html").read_text(encoding="utf-8")
    assert all(name.strip() in page for name in names)


# ---------------------------------------------------------------- the command line


def test_a_part_in_the_terminal(coded, run):
    """A part is printed with its caption; lines fit 80 columns."""
    result = run("-s", coded.path, "report", "representativeness", "--lines", "lexicon")
    assert result.exit_code == 0
    assert "Counted: the codings of anna." in " ".join(result.stdout.split())
    assert max(map(len, result.stdout.split("\n"))) <= 100
    assert "No dyad has a group." in result.stderr


def test_the_whole_report_on_the_command_line(coded, run, tmp_path):
    """All parts are written into a folder; the options reach them."""
    result = run("-s", coded.path, "report", "all", "--lead", "anna", "--attribution", "role", "--out", "paper",
                 "--format", "html,csv", "--theme", "fear", "--since", "2020-01-01")  # fmt: skip
    assert (result.exit_code, result.stderr) == (0, "Wrote 9 files to paper; begin with report.html.\n")
    page = (tmp_path / "paper" / "report.html").read_text(encoding="utf-8")
    assert "Only theme fear, since 2020-01-01." in page
    assert "(client)" in page
    assert "Listing the excerpts would show which of them belong together" in page


def test_the_whole_report_needs_a_place(coded, run):
    """``report all`` without a folder is wrong usage."""
    result = run("-s", coded.path, "report", "all")
    assert result.exit_code == 2
    assert "Say where to write the whole report: --out DIR" in result.stderr


def test_basket_on_the_command_line(coded, run):
    """The basket's commands, one after the other."""
    place, basket = excerpt(coded, SCARED).id, ("-s", coded.path, "basket")
    assert run(*basket, "list").stderr.startswith("The basket is empty.")
    assert run(*basket, "add", place, "--coder", "anna").stderr == f"To be printed: “{SCARED}”\n"
    run(*basket, "edit", place, "I was so scared […]", "--coder", "anna")
    assert run(*basket, "cut", place, "so", "--coder", "anna").stderr == "To be printed: “I was […] scared […]”\n"
    run(*basket, "translate", place, "Jeg var redd", "--coder", "anna")
    assert run(*basket, "order", place, "--coder", "anna").stderr == "The basket has its order.\n"
    said = run(*basket, "disguise", "him", "a man", "--dyad", "1", "--coder", "anna").stderr
    assert said == "'him' is printed as [a man] from now on.\n"
    assert run(*basket, "disguise", "him", "a man", "--coder", "anna").exit_code == 2
    shown = run(*basket, "list").stdout
    assert all(text in shown for text in (place, "I was […] scared […]", f"was said: {SCARED}", "Jeg var redd"))
    assert run(*basket, "drop", place, "--coder", "anna").stderr == "Out of the basket.\n"


@pytest.mark.parametrize("command", [*(f"report {part}" for part in PARTS), "basket list"])
def test_json_keys_are_documented(coded, run, command):
    """A key printed by --json stands in the row of its command in docs/cli.md."""
    coded.keep_quotation(excerpt(coded, SCARED).id, "anna")
    rows = json.loads(run("-s", coded.path, *command.split(), "--json").stdout)
    page = (Path(__file__).parent.parent / "docs" / "cli.md").read_text(encoding="utf-8")
    told = next(line for line in page.split("\n") if line.startswith("|") and f"`{command}`" in line)
    assert rows
    assert [key for row in rows for key in row if f"`{key}`" not in told] == []


def test_records_have_the_columns_of_their_section(sample):
    """Every row of every part has the same keys, those the header names."""
    for section in sample.report("all", options=Options(lead="kari")):
        assert {tuple(one) for one in section.records} == {section.columns}, section.name
        for block in section.blocks:
            if isinstance(block, Table):
                assert {len(row) for row in block.rows} <= {len(block.header)}
