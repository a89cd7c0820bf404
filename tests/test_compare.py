"""Two readings are compared on what both have read, and on nothing else."""

import csv
import json

import pytest

from assistcode import Study, agreement
from assistcode.agreement import Table
from assistcode.errors import StudyError, UnknownName

COUNTS = ["a", "b", "readings", "unit", "code", "arm", "by", "group", "n", "n_unaided", "both", "only_a", "only_b",
          "neither"]  # fmt: skip
FIGURES = ["precision", "recall", "f1", "kappa", "prevalence_index", "bias_index", "raw_agreement",
           "positive_agreement", "negative_agreement", "krippendorff_alpha", "gwet_ac1", "pabak",
           "fleiss_kappa"]  # fmt: skip
CODES = ["competence", "fear", "safety", "shame", "togetherness"]
SCARED = "I was so scared of him."
USELESS = "I was afraid that I would be useless to her."
N_UNITS = 14  # in the study of conftest.py; 8 of them in the client's interview, 3 in its first passage


def place(study, words):
    """Return the excerpt where these words stand."""
    found = [
        transcript.excerpt(transcript.text.index(words), transcript.text.index(words) + len(words))
        for transcript in study.transcripts()
        if words in transcript.text
    ]
    assert len(found) == 1
    return found[0]


def read(study, coder, n_passages=None):
    """Let a coder finish with the next passages, in reading order; with all when no number is given."""
    n = 0
    while n != n_passages and (card := study.next_card(coder, "reading")) is not None:
        study.review(card, coder)
        n += 1


def code(study, coder, name, *places, verdict="fits"):
    """Let a coder decide on some places."""
    for words in places:
        study.decide(place(study, words), name, verdict, coder)


def table(study, a, b, name):
    """Return one code's table: both, only A, only B, neither."""
    found = {row.code: row.table for row in study.compare(a, b).codes}[name]
    return (found.both, found.only_a, found.only_b, found.neither)


# ---------------------------------------------------------------- what counts


def test_suggestions_against_a_coder(study):
    """Suggestions and a coder's final codes are counted on every utterance that the coder has read."""
    code(study, "anna", "fear", SCARED, "The bus was late, so I walked.")
    read(study, "anna")
    assert table(study, "suggestions", "anna", "fear") == (1, 1, 1, N_UNITS - 3)


def test_two_coders(study):
    """Two coders are counted on what both have read, whatever was suggested."""
    code(study, "anna", "fear", SCARED, USELESS)
    code(study, "ben", "fear", SCARED, "The chair squeaks.")
    read(study, "anna")
    read(study, "ben")
    assert table(study, "anna", "ben", "fear") == (1, 1, 1, N_UNITS - 3)
    assert table(study, "ben", "anna", "fear") == (1, 1, 1, N_UNITS - 3)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (SCARED, 1),
        ("scared of him", 1),
        (f"{SCARED} I had my jacket zipped up to the chin, and I kept looking at the door.", 2),
        ("scared of him. I had", 1),  # less than half of the second utterance, and of the excerpt
        ("him. I had my jacket zipped", 1),  # most of the excerpt is in the second utterance
        ("so scared of him. I had my jacket zi", 2),  # at least half of the excerpt is in either
    ],
)
def test_overlap_of_half(words, expected, study):
    """A reading says yes to a unit that shares half of the shorter with its excerpt; boundaries need not agree."""
    code(study, "anna", "fear", words)
    read(study, "anna")
    both, _, only_b, _ = table(study, "suggestions", "anna", "fear")
    assert both + only_b == expected


def test_unread_is_never_no(study):
    """What a coder has not read enters no table, also where it was suggested."""
    read(study, "anna", 1)
    comparison = study.compare("suggestions", "anna")
    assert (comparison.n_units, comparison.n_reviewed) == (N_UNITS, 2)
    assert {row.code: row.table.n for row in comparison.codes}["fear"] == 2
    assert table(study, "suggestions", "anna", "togetherness") == (0, 0, 0, 2)


def test_a_decision_speaks_for_its_own_unit_alone(study):
    """A single decision does not say that the rest of the passage was read, nor anything of other codes."""
    code(study, "anna", "fear", SCARED)
    assert table(study, "suggestions", "anna", "fear") == (1, 0, 0, 0)
    assert table(study, "suggestions", "anna", "shame") == (0, 0, 0, 0)


def test_code_added_halfway(study):
    """A code made halfway makes no passage read before it a "no"."""
    read(study, "anna", 4)
    study.add_code("work", "anna")
    code(study, "anna", "work", "She knows what she is doing, and I had no plan.")
    read(study, "anna")
    read(study, "ben")
    assert table(study, "anna", "ben", "work") == (0, 1, 0, N_UNITS - 8 - 1)


def test_code_added_halfway_leaves_the_others(study):
    """A code made halfway takes nothing from the codes that were there."""
    read(study, "anna", 4)
    study.add_code("work", "anna")
    read(study, "anna")
    assert sum(table(study, "suggestions", "anna", "fear")) == N_UNITS


def test_read_by_one_of_two(study):
    """What only one of two coders has read does not enter, whichever of the two."""
    code(study, "anna", "fear", SCARED, USELESS)
    read(study, "anna")
    read(study, "ben", 1)
    assert table(study, "anna", "ben", "fear") == (0, 1, 0, 1)
    assert table(study, "ben", "anna", "fear") == (0, 0, 1, 1)


@pytest.mark.parametrize(("verdict", "only_machine"), [("does not fit", 1), ("unsure", 0)])
def test_rejected_is_no_and_unsure_is_neither(verdict, only_machine, study):
    """A suggestion that the coder rejected is a "no"; one she is not sure about does not enter."""
    code(study, "anna", "fear", SCARED, verdict=verdict)
    code(study, "anna", "fear", USELESS)
    read(study, "anna")
    assert table(study, "suggestions", "anna", "fear") == (1, only_machine, 0, N_UNITS - 2)


def test_latest_decision_counts(study):
    """A decision changed later counts as it stands now."""
    code(study, "anna", "fear", SCARED)
    code(study, "anna", "fear", SCARED, verdict="does not fit")
    read(study, "anna")
    assert table(study, "suggestions", "anna", "fear") == (0, 2, 0, N_UNITS - 2)


def test_undone_reading_does_not_enter(study):
    """A passage whose reading was taken back is unread again."""
    read(study, "anna", 1)
    study.undo("anna")
    assert study.compare("suggestions", "anna").n_reviewed == 0


def test_codes_of_two_coders(study):
    """Two coders are compared on the codes that one of them has used."""
    study.add_code("work", "anna")
    study.add_code("unused", "anna")
    code(study, "anna", "work", SCARED)
    code(study, "ben", "shame", SCARED)
    assert {row.code for row in study.compare("anna", "ben").codes} == {"work", "shame"}


def test_codes_of_the_machine(study):
    """Suggestions are compared on the codes that the machine can suggest."""
    study.add_code("work", "anna")
    code(study, "anna", "work", SCARED)
    rows = study.compare("suggestions", "anna").codes
    assert [row.code for row in rows] == ["competence", "fear", "safety", "shame", "togetherness"]


def test_the_machine_speaks_of_what_a_lexicon_code_became(study):
    """A code of a person that took in the code of a lexicon is suggested, and compared."""
    words = study.suggestions(theme="shame")[0].excerpt.quote
    code(study, "anna", "shame", words)
    study.add_code("armour", "ben")
    read(study, "anna")
    before = table(study, "suggestions", "anna", "shame")
    study.merge_codes("shame", "armour", "anna")
    assert table(study, "suggestions", "anna", "armour") == before
    assert "shame" not in {row.code for row in study.compare("suggestions", "anna").codes}


def test_reading_again_after_a_new_run(study):
    """A new run changes neither what was read nor what was decided."""
    code(study, "anna", "fear", SCARED)
    read(study, "anna")
    before = study.compare("suggestions", "anna")
    study.forget_suggestions()
    study.precode(model="static")
    after = study.compare("suggestions", "anna")
    assert [(row.code, row.arm, row.table) for row in after.rows] == [
        (row.code, row.arm, row.table) for row in before.rows
    ]


def test_suggestions_stand_first(study):
    """The suggestions are always A, so that precision and recall measure them by the coder."""
    comparison = study.compare("anna", "suggestions")
    assert (comparison.a, comparison.b) == ("suggestions", "anna")


def test_one_name_means_against_the_suggestions(study):
    """One coder's name alone compares the suggestions with that coder, case ignored."""
    comparison = study.compare("Anna")
    assert (comparison.a, comparison.b) == ("suggestions", "anna")


def test_unaided_units_are_counted(tmp_path, files):
    """The table of a code says how many of its units were read without suggestions."""
    with Study.create(tmp_path / "unaided.study", unaided=7) as study:
        study.import_transcripts([files])
        study.precode(model="static")
        study.add_coder("anna")
        read(study, "anna")
        assert {(row.n_unaided, row.table.n) for row in study.compare().codes} == {(N_UNITS, N_UNITS)}


# ---------------------------------------------------------------- what is refused


def test_reading_named_twice(study):
    """A reading is not compared with itself."""
    with pytest.raises(StudyError) as error:
        study.compare("anna", "Anna")
    assert str(error.value) == "compare: 'anna' is named twice. Name two different readings."


def test_unknown_coder(study):
    """A mistyped coder is refused with the near name."""
    with pytest.raises(UnknownName) as error:
        study.compare("suggestions", "ana")
    assert "'ana'" in str(error.value)
    assert "Did you mean 'anna'?" in str(error.value)


def test_mistyped_suggestions(study):
    """Mistyped "suggestions" is refused with the near name too."""
    with pytest.raises(UnknownName) as error:
        study.compare("sugestions", "anna")
    assert "Did you mean 'suggestions'?" in str(error.value)


def test_suggestions_alone(study):
    """The word "suggestions" alone does not say with whom to compare, and is not said to be named twice."""
    with pytest.raises(StudyError) as error:
        study.compare("suggestions")
    assert "named twice" not in str(error.value)
    assert "anna, ben" in str(error.value)


def test_several_coders(study):
    """Without names and with several coders the roster is named."""
    with pytest.raises(StudyError) as error:
        study.compare()
    assert str(error.value) == (
        "compare: there are several coders. Say 'assistcode compare suggestions NAME'; on the roster: anna, ben."
    )


def test_nobody_to_compare_with(tmp_path):
    """Without coders there is nobody to compare with."""
    with Study.create(tmp_path / "new.study") as study, pytest.raises(StudyError) as error:
        study.compare()
    assert str(error.value) == (
        "compare: there is nobody to compare with. Say 'assistcode compare suggestions NAME'; on the roster: nobody."
    )


def test_before_the_first_precode(study):
    """Before a precode there are no units, and the remedy is named."""
    study.forget_suggestions()
    with pytest.raises(StudyError) as error:
        study.compare("suggestions", "anna")
    assert str(error.value) == ("compare: there are no utterances to compare on. Run 'assistcode precode' first.")


# ---------------------------------------------------------------- the command


@pytest.fixture
def compare(study, run):
    """Run ``compare`` on the study; return the result."""
    return lambda *args: run("-s", study.path, "compare", *args)


def test_nothing_read_is_undefined(compare):
    """Where nothing was read the coefficients are undefined, with the reason, and never nan."""
    result = compare("suggestions", "anna", "--statistics")
    assert result.exit_code == 0
    assert "0 of 14 units are reviewed; the others are neither yes nor no." in result.stdout
    assert f"undefined: no unit was reviewed by both ({', '.join(CODES)})" in result.stdout.splitlines()
    assert "Nothing to compare on" in result.stderr
    assert "nan" not in result.stdout.lower()


def test_no_code_used(compare):
    """Two coders who have used no code have no table, and that is said."""
    last = compare("anna", "ben").stdout.splitlines()[-1]
    assert last == "There is no code to compare on: no reading has used one."


def test_head_names_readings_and_unit(compare):
    """The head says which reading is A, which is B, and what the unit is."""
    head = compare("suggestions", "anna").stdout.splitlines()[0]
    expected = "suggestions (A) and anna (B). Unit: utterances of the current run, overlap of at least half."
    assert head == expected


def test_json_keys(study, compare):
    """``--json`` gives an array of one object a code and arm with the documented keys, then all codes pooled."""
    code(study, "anna", "fear", SCARED)
    read(study, "anna")
    rows = json.loads(compare("suggestions", "anna", "--json", "--statistics").stdout)
    assert [(row["arm"], row["code"]) for row in rows] == [
        (arm, name) for arm in ("all", "unaided", "assisted") for name in [*CODES, None]
    ]
    assert list(rows[0]) == [*COUNTS, *FIGURES, "average_precision", "undefined", "intervals"]
    assert set(rows[5]) - set(rows[0]) == {"masi_alpha"}
    assert set(rows[12]) - set(rows[0]) == {"anchoring"}
    assert set(rows[17]) - set(rows[0]) == {"anchoring", "n_shown", "n_taken_over", "n_reversed"}
    fear = rows[1]
    assert (fear["code"], fear["both"], fear["only_a"], fear["only_b"], fear["neither"]) == ("fear", 1, 1, 0, 12)
    assert (fear["precision"], fear["recall"], fear["undefined"]) == (0.5, 1.0, {})


def test_json_undefined(compare):
    """In ``--json`` an undefined coefficient is null, with its reason beside it."""
    output = compare("suggestions", "anna", "--json", "--statistics").stdout
    row = json.loads(output)[1]
    assert [row[name] for name in FIGURES] == [None] * len(FIGURES)
    assert list(row["undefined"]) == [*FIGURES, "average_precision"]
    assert all(row["undefined"].values())
    assert row["intervals"] == {}
    assert "NaN" not in output


def test_refusal_on_the_command_line(compare):
    """A refusal is one line on standard error, exit 1."""
    result = compare("anna", "anna")
    expected = "compare: 'anna' is named twice. Name two different readings.\n"
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", expected)


def test_reflexive_study_shows_counts_only(study, compare):
    """In a reflexive study compare shows counts, and where to look; figures only when asked for."""
    code(study, "anna", "fear", SCARED)
    read(study, "anna")
    plain, asked = compare("suggestions", "anna"), compare("suggestions", "anna", "--statistics")
    assert "Coefficients are left out in a reflexive study; --statistics shows them." in plain.stderr
    assert "Where they differ: assistcode differing suggestions anna" in plain.stderr
    for word in ("alpha", "pos. agr.", "anchoring", "interval"):
        assert word not in plain.stdout
        assert word in asked.stdout
    rows = json.loads(compare("suggestions", "anna", "--json").stdout)
    assert {key for row in rows for key in row} - set(COUNTS) == {"n_shown", "n_taken_over", "n_reversed"}


def test_all_figures_are_asked_for_by_name(study, compare):
    """``--all`` prints every figure with its interval, or the reason why there is none."""
    code(study, "anna", "fear", SCARED)
    code(study, "ben", "fear", USELESS)
    read(study, "anna")
    read(study, "ben")
    lines = compare("anna", "ben", "--all").stdout.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("fear ")][1:] == FIGURES
    assert any(line.split()[:3] == ["fear", "kappa", "-0.08"] for line in lines)


def test_units_are_written(study, compare, tmp_path):
    """``--units`` writes a row a unit and code that entered; the figures follow from it."""
    code(study, "anna", "fear", SCARED)
    code(study, "ben", "fear", SCARED, USELESS)
    read(study, "anna")
    read(study, "ben", 4)
    result = compare("anna", "ben", "--units", tmp_path / "units.csv")
    with (tmp_path / "units.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    counted = [(row["answer_anna"], row["answer_ben"]) for row in rows if row["code"] == "fear"]
    expected = table(study, "anna", "ben", "fear")
    assert (
        tuple(counted.count(pair) for pair in (("yes", "yes"), ("yes", "no"), ("no", "yes"), ("no", "no"))) == expected
    )
    assert {row["quote"] for row in rows if row["answer_anna"] == "yes"} == {SCARED}
    assert f"Wrote {len(rows)} rows" in result.stderr


def test_units_do_not_overwrite(study, compare, tmp_path):
    """A file that is there is left alone."""
    (tmp_path / "units.csv").write_text("mine")
    result = compare("anna", "ben", "--units", tmp_path / "units.csv")
    assert result.exit_code == 1
    assert "there is a file of this name already" in result.stderr
    assert (tmp_path / "units.csv").read_text() == "mine"


# ---------------------------------------------------------------- other units, several coders, groups


def test_passages(study):
    """On passages a coding anywhere in the passage says yes, and a read passage without one says no."""
    code(study, "anna", "fear", SCARED)
    code(study, "ben", "fear", "I kept looking at the door.")
    read(study, "anna")
    read(study, "ben", 2)
    row = next(row for row in study.compare("anna", "ben", unit="passage").codes if row.code == "fear")
    assert row.table == Table(1, 0, 0, 1)


def test_a_rejected_excerpt_is_no_answer_for_its_passage(study):
    """One excerpt that does not fit says nothing of the rest of an unread passage."""
    code(study, "anna", "fear", SCARED, verdict="does not fit")
    assert {row.n for row in study.compare("suggestions", "anna", unit="passage").codes} == {0}


def test_interviews(study):
    """A whole interview is answered with no only when every passage of it was read."""
    code(study, "anna", "fear", SCARED)
    code(study, "ben", "fear", USELESS)
    read(study, "anna")
    read(study, "ben", 6)
    row = next(row for row in study.compare("anna", "ben", unit="interview").codes if row.code == "fear")
    assert row.table == Table(0, 1, 1, 0)


def test_unknown_unit(study):
    """A mistyped unit lists the known ones."""
    with pytest.raises(UnknownName) as error:
        study.compare("anna", "ben", unit="page")
    assert str(error.value) == "unit 'page': there is none of this name. Known: utterance, passage, interview."


def test_passages_need_no_run(study):
    """Two coders are compared on passages also before the first precode."""
    study.forget_suggestions()
    code(study, "anna", "fear", SCARED)
    read(study, "anna")
    read(study, "ben")
    assert study.compare("anna", "ben", unit="passage").codes[0].table == Table(0, 1, 0, 6)


def test_three_coders(study):
    """Three coders are compared on the units that at least two of them have answered."""
    study.add_coder("cleo")
    for name, words in (("anna", SCARED), ("ben", SCARED), ("cleo", USELESS)):
        code(study, name, "fear", words)
    read(study, "anna")
    read(study, "ben", 4)
    row = study.compare("anna", "ben", "cleo").codes[0]
    assert row.n == 8 + 1  # what both have read of the client's interview, and what cleo and anna say elsewhere
    assert row.figures["positive_agreement"].value == pytest.approx(2 / 3)
    assert "kappa" not in row.figures


def test_suggestions_and_two_coders(study):
    """The suggestions are measured by one reading at a time."""
    with pytest.raises(StudyError) as error:
        study.compare("suggestions", "anna", "ben")
    assert str(error.value) == (
        "compare: the suggestions and several coders. Compare the suggestions with one at a time."
    )


def test_by_group(study, compare):
    """Figures come by group too, and the groups add up to the whole."""
    code(study, "anna", "fear", SCARED, USELESS)
    code(study, "ben", "fear", SCARED)
    read(study, "anna")
    read(study, "ben")
    result = study.compare("anna", "ben", by="role")
    assert [(row.group, row.table) for row in result.groups] == [
        ("client", Table(1, 0, 0, 7)),
        ("therapist", Table(0, 1, 0, 5)),
    ]
    shown = compare("anna", "ben", "--by", "role", "--statistics").stdout
    assert "All codes pooled, by role" in shown
    assert "fewer than 30 units (fear, client, therapist)" in shown


def test_unknown_group(study):
    """A mistyped grouping lists the known ones."""
    with pytest.raises(UnknownName) as error:
        study.compare("anna", "ben", by="clinic")
    expected = "--by clinic: no such grouping. Known: dyad, session, perspective, role, transcript."
    assert str(error.value) == expected


def test_codings_outside_the_units_are_counted(study, compare):
    """A coding on an interviewer's words enters nowhere, and that is said."""
    code(study, "anna", "fear", "Were you ashamed?")
    read(study, "anna")
    assert study.compare("suggestions", "anna").n_outside == 1
    said = "1 codings stand on no unit (say, an interviewer's words) and do not enter."
    assert said in compare("suggestions", "anna").stdout.splitlines()


def test_one_category_only(study, compare):
    """Two coders who always say the same have no chance-corrected agreement, and it is said why."""
    for name in ("anna", "ben"):
        for unit in study.compare("suggestions", "anna").grid.units:
            transcript = study.material.by_id[unit.transcript_id]
            study.decide(transcript.excerpt(unit.start, unit.end), "fear", "fits", name)
    row = study.compare("anna", "ben").codes[0]
    for name in ("kappa", "krippendorff_alpha", "gwet_ac1", "pabak", "fleiss_kappa"):
        assert row.figures[name].reason == "only one value is used"
    assert "undefined: only one value is used (fear)" in compare("anna", "ben", "--statistics").stdout


def test_a_coder_who_coded_nothing(study, compare):
    """A coder who read and coded nothing agrees on nothing, which is a number, and has no precision, which is said."""
    code(study, "anna", "fear", SCARED)
    read(study, "anna")
    read(study, "ben")
    row = study.compare("ben", "anna").codes[0]
    assert (row.table, row.figures["positive_agreement"].value) == (Table(0, 0, 1, N_UNITS - 1), 0.0)
    assert str(row.figures["precision"]) == "undefined: the first reading never says yes"
    assert compare("ben", "anna", "--all").exit_code == 0


def test_a_thousand_codes(study, tmp_path, compare):
    """A thousand codes are compared, with one line each."""
    lines = ["transcript,start,end,quote,code,pole,coder,action", *(
        f"d1_s3_client,,,so scared of him,code {i},,,accept" for i in range(1000)
    )]  # fmt: skip
    (tmp_path / "many.csv").write_text("\n".join(lines), encoding="utf-8")
    study.import_codings(tmp_path / "many.csv", "anna")
    read(study, "anna")
    read(study, "ben")
    result = study.compare("anna", "ben")
    assert [row.table for row in result.codes] == [Table(0, 1, 0, N_UNITS - 1)] * 1000
    assert result.sets[0].value is not None
    assert sum(line.startswith("code ") for line in compare("anna", "ben").stdout.splitlines()) == 1001


def test_one_unit(study):
    """With one excerpt there are figures, and no interval, with the reason."""
    code(study, "anna", "fear", SCARED)
    row = next(row for row in study.compare("suggestions", "anna").codes if row.code == "fear")
    assert (row.n, row.figures["positive_agreement"].value) == (1, 1.0)
    assert str(row.intervals["positive_agreement"]) == "undefined: it takes two interviews or more"


# ---------------------------------------------------------------- unaided first


@pytest.fixture
def half(tmp_path, files):
    """Open a study of seven passages of which three are unaided; anna has read all, and coded four places."""
    with Study.create(tmp_path / "half.study", unaided=3, approach="content") as study:
        study.import_transcripts([files])
        study.precode(model="static")
        study.add_coder("anna")
        while (card := study.next_card("anna", "reading")) is not None:
            for one in card.suggestions or ():
                study.decide(one.excerpt, one.code, "fits", "anna", shown=[one])
            study.review(card, "anna")
        yield study


def test_arms_come_apart(half):
    """Unaided and assisted units are counted apart, and add up."""
    result = half.compare()
    whole, unaided, assisted = (result.whole(arm) for arm in ("all", "unaided", "assisted"))
    assert unaided.n > 0
    assert assisted.n > 0
    assert unaided.n + assisted.n == whole.n == N_UNITS * 5
    assert assisted.table.only_a == 0  # every suggestion that was shown was accepted
    assert unaided.table.both == 0  # nothing was coded where none was shown


def test_what_was_said_unaided_counts_though_it_was_revised(half):
    """On unaided units the machine is measured by the first answer, not by the one given once it was seen."""
    before = half.compare().whole("unaided")
    hidden = [p for p in half.material.passages if half.material.is_unaided(p)]
    places = [half.material.by_id[p.transcript_id].excerpt(p.start, p.end) for p in hidden]
    offered = [one for place in places for one in half.suggestions_after(place, "anna")]
    assert offered
    for one in offered:
        half.decide(one.excerpt, one.code, "fits", "anna", shown=[one])
    after = half.compare().whole("unaided")
    assert (after.n, after.table) == (before.n, before.table)
    assert half.compare().changes.n_taken_over > len(offered)


def test_an_early_look_makes_a_passage_assisted(tmp_path, files):
    """What was looked at before deciding is not counted as unaided."""
    with Study.create(tmp_path / "early.study", unaided=7) as study:
        study.import_transcripts([files])
        study.precode(model="static")
        study.add_coder("anna")
        study.suggestions(coder="anna", even_unaided=True)
        read(study, "anna")
        assert study.compare().whole("assisted").n > 0


def test_anchoring(half):
    """The anchoring estimate is agreement where suggestions were seen, less that of unaided reading."""
    found = half.compare().anchoring(agreement.positive_agreement)
    assert (found.unaided.value, found.assisted.value, found.difference.value) == (0.0, 1.0, 1.0)


def test_nothing_to_anchor(study):
    """Where nothing was read unaided there is no anchoring estimate, and it is said why."""
    code(study, "anna", "fear", SCARED)
    read(study, "anna")
    found = study.compare("suggestions", "anna").anchoring(agreement.positive_agreement)
    assert str(found.difference) == "undefined: no unit was unaided"


def test_assisted_is_labelled(half, run):
    """The page says which table is independent, and which is not."""
    shown = run("-s", half.path, "compare").stdout
    assert shown.index("Unaided: nothing of the machine was seen before.") < shown.index("Not independent.")
    assert "anchoring estimate          1.00" in shown


def test_nothing_unaided_is_said(study, compare):
    """Where all was read with suggestions there is no independent agreement, and that is said."""
    read(study, "anna")
    shown = compare("suggestions", "anna").stdout
    assert "Nothing was read unaided: there is no independent agreement to report." in shown


def test_changes_after_a_suggestion_was_shown(study, compare):
    """Decisions made after the suggestion was shown are counted: taken over, reversed, left as they were."""
    scared, useless = (
        next(one for one in study.suggestions(theme="fear") if one.excerpt.quote == words)
        for words in (SCARED, USELESS)
    )
    study.decide(scared.excerpt, "fear", "does not fit", "anna")
    study.decide(scared.excerpt, "fear", "fits", "anna", shown=[scared])  # reversed
    study.decide(useless.excerpt, "fear", "fits", "anna", shown=[useless])  # taken over
    study.decide(useless.excerpt, "fear", "fits", "anna", shown=[useless])  # as it was
    changes = study.compare("suggestions", "anna").changes
    assert (changes.n_shown, changes.n_taken_over, changes.n_reversed) == (3, 1, 1)
    said = "1 took over a code that was not there before, 1 reversed an earlier verdict."
    assert said in compare("suggestions", "anna").stdout.splitlines()
