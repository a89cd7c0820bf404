"""Two readings are compared on what both have read, and on nothing else."""

import json

import pytest

from assistcode import Study
from assistcode.errors import StudyError, UnknownName

KEYS = ["a", "b", "unit", "code", "n", "n_unaided", "both", "only_a", "only_b", "neither", "precision", "recall",
        "f1", "positive_agreement", "kappa", "undefined"]  # fmt: skip
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


def test_reading_again_after_a_new_run(study):
    """A new run changes neither what was read nor what was decided."""
    code(study, "anna", "fear", SCARED)
    read(study, "anna")
    before = study.compare("suggestions", "anna")
    study.forget_suggestions()
    study.precode(model="static")
    assert study.compare("suggestions", "anna") == before


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
    """Where nothing was read the coefficients are undefined, each with its reason, and never nan."""
    result = compare("suggestions", "anna")
    assert result.exit_code == 0
    assert "0 of 14 units are reviewed; the others are neither yes nor no." in result.stdout
    codes = "competence, fear, safety, shame, togetherness"
    assert f"undefined: no unit was reviewed by both ({codes})" in result.stdout.splitlines()
    assert f"undefined: the first reading never says yes ({codes})" in result.stdout.splitlines()
    assert f"undefined: neither reading says yes ({codes})" in result.stdout.splitlines()
    assert "Nothing to compare on" in result.stderr
    assert "nan" not in result.stdout.lower()


def test_no_code_used(compare):
    """Two coders who have used no code have no table, and that is said."""
    last = compare("anna", "ben").stdout.splitlines()[-1]
    assert last == "There is no code to compare on: neither reading has used one."


def test_head_names_readings_and_unit(compare):
    """The head says which reading is A, which is B, and what the unit is."""
    head = compare("suggestions", "anna").stdout.splitlines()[0]
    expected = "suggestions (A) and anna (B). Unit: utterances of the current run, overlap of at least half."
    assert head == expected


def test_json_keys(study, compare):
    """``--json`` gives an array of one object a code with the documented keys."""
    code(study, "anna", "fear", SCARED)
    read(study, "anna")
    rows = json.loads(compare("suggestions", "anna", "--json").stdout)
    assert [list(row) for row in rows] == [KEYS] * 5
    fear = rows[1]
    assert (fear["code"], fear["both"], fear["only_a"], fear["only_b"], fear["neither"]) == ("fear", 1, 1, 0, 12)
    assert (fear["precision"], fear["recall"], fear["undefined"]) == (0.5, 1.0, {})


def test_json_undefined(compare):
    """In ``--json`` an undefined coefficient is null, with its reason beside it."""
    output = compare("suggestions", "anna", "--json").stdout
    row = json.loads(output)[1]
    names = ["precision", "recall", "f1", "positive_agreement", "kappa"]
    assert [row[name] for name in names] == [None] * 5
    assert list(row["undefined"]) == names
    assert all(row["undefined"].values())
    assert "NaN" not in output


def test_refusal_on_the_command_line(compare):
    """A refusal is one line on standard error, exit 1."""
    result = compare("anna", "anna")
    expected = "compare: 'anna' is named twice. Name two different readings.\n"
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", expected)
