"""``lexicon check`` says what cannot work and what to look at, by file and line."""

import json

import pytest

from assistcode import proofing
from assistcode.proofing import spelt_as_tokens, taken_in

HEAD = 'name = "{name}"\nlanguage = "{language}"\ntitle = "T"\ndefinition = "D."\nterms = [\n'
EXAMPLES = 'examples = [\n  { text = "It will be better." },\n]\n'


@pytest.fixture
def lexicon(tmp_path):
    """Write a lexicon whose terms begin in line 6."""

    def write(*terms, name="hope", language="en", rest=EXAMPLES):
        lines = "".join(f"  {{ {term} }},\n" for term in terms)
        path = tmp_path / f"{name}.toml"
        path.write_text(f"{HEAD.format(name=name, language=language)}{lines}]\n{rest}", encoding="utf-8")
        return path

    return write


def said(*paths):
    """Return (level, line, what and remedy) of each problem."""
    return [
        (one.level, int(one.where.rsplit(":", 1)[1]), f"{one.what}. {one.remedy}")
        for one in proofing.proof(paths).problems
    ]


def test_a_sound_lexicon_has_no_problem(lexicon):
    """Words, stems and phrases that match, each once, are fine."""
    path = lexicon(
        'word = "hopeful", weight = 0.7', 'stem = "optimis", weight = 0.6', 'phrase = "ca n\'t wait", weight = 0.4'
    )
    assert said(path) == []


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("don't", "do n't"),
        ("nerve-wracking", "nerve - wracking"),
        ("can n't cope", "ca n't cope"),
        ("cannot", "can not"),
        ("feel * i'm", "feel * i 'm"),
        ("what?", "what ?"),
        ("ca n't cope", None),
        ("i 'm done", None),
        ("n't * care", None),
        ("let * guard down", None),
        ("walk on eggshell", None),
        ("hopeful", None),
    ],
)
def test_how_a_term_must_be_written(text, form):
    """A term is tried on running text; where it is cut otherwise the form that matches is given."""
    assert spelt_as_tokens(text) == form


def test_what_is_suggested_is_found(lexicon):
    """The form that the check suggests is one it has nothing against."""
    for text in ("don't", "nerve-wracking", "can n't", "feel * i'm", "dont care"):
        assert spelt_as_tokens(spelt_as_tokens(text)) is None


def test_term_that_can_never_match(lexicon):
    """A term that is cut into several tokens is an error, with the form that matches."""
    path = lexicon('word = "hopeful", weight = 0.7', 'word = "don\'t", weight = 0.3', 'stem = "self-wor", weight = 0.4')
    assert said(path) == [
        ("error", 7, "the word 'don't' can never match: it is cut into 2 tokens. Write { phrase = \"do n't\" }."),
        (
            "error",
            8,
            "the stem 'self-wor' can never match: it is cut into 3 tokens. Write { phrase = \"self - wor\" }.",
        ),
    ]


def test_star_inside_a_word(lexicon):
    """A * written at a word, as other programs do it, is an error; what to write instead is said."""
    path = lexicon(
        'stem = "humiliat*", weight = 0.7', 'phrase = "let* guard down", weight = 0.5', 'word = "*", weight = 0.1'
    )
    assert said(path) == [
        ("error", 6, "the stem 'humiliat*' can never match: * is no part of a word. Write { stem = \"humiliat\" }."),
        ("error", 7, "the phrase 'let* guard down' can never match: * is no part of a word. Write * alone."),
    ]


def test_inflected_form_that_never_counts(lexicon):
    """An inflected form is found by its base form; it counts only with a higher weight."""
    path = lexicon('word = "wish", weight = 0.3', 'word = "wished", weight = 0.3', 'word = "wishes", weight = 0.4')
    remedy = "Leave it out, or give it the higher weight."
    assert said(path) == [("warning", 7, f"'wished' (0.3) never counts: 'wish' (0.3) is found there. {remedy}")]


def test_phrase_that_a_weightier_word_hides(lexicon):
    """A phrase never counts where a weightier word stands in it, and the pole it would lose is said."""
    path = lexicon('word = "despair", weight = 0.8', 'phrase = "end * despair", weight = 0.5, pole = "lacking"')
    what = "'end * despair' (0.5) never counts: 'despair' (0.8) is found there, as present."
    assert said(path) == [("warning", 7, f"{what} Leave it out, or give it the higher weight.")]


def test_terms_of_two_themes(lexicon):
    """A term of two themes is named in both; in two languages it is not the same term."""
    hope = lexicon('word = "brave", weight = 0.3')
    other = lexicon('word = "brave", weight = 0.3', name="courage")
    norwegian = lexicon('word = "brave", weight = 0.3', name="mot", language="nb")
    remedy = "Both are suggested; give it to the one it speaks for."
    assert said(hope, other, norwegian) == [
        ("warning", 6, f"'brave' is also a term of courage. {remedy}"),
        ("warning", 6, f"'brave' is also a term of hope. {remedy}"),
    ]


def test_stem_that_takes_in_too_much(lexicon):
    """A stem is reported with the common words that no ending makes of it."""
    (problem,) = said(lexicon('stem = "cap", weight = 0.3'))
    assert problem[:2] == ("warning", 6)
    assert problem[2].startswith("the stem 'cap' also takes in captain, capital, ")
    assert problem[2].endswith(" more. Make it longer, or write the words you mean.")


@pytest.mark.parametrize("stem", ["humiliat", "embarrass", "anxi", "trembl", "panic", "hope", "trust", "safe"])
def test_endings_are_no_strays(stem):
    """What endings make of a stem is what it is for."""
    assert taken_in("theme", stem).words
    assert taken_in("theme", stem).strays == ()


def test_stem_of_no_known_word(lexicon):
    """A stem that no known word begins with is perhaps mistyped."""
    assert said(lexicon('stem = "hoppef", weight = 0.3')) == [
        ("warning", 6, "no known word begins with 'hoppef'. Check the spelling.")
    ]


def test_everyday_word_that_suggests_by_itself(lexicon):
    """An everyday word at the threshold is pointed out; below it, or a rare one, is not."""
    path = lexicon('word = "open", weight = 0.5', 'word = "together", weight = 0.4', 'word = "hopeful", weight = 0.9')
    remedy = "Is it about the theme more often than not? Else weigh it less."
    assert said(path) == [("warning", 6, f"the everyday word 'open' suggests by itself (0.5). {remedy}")]


def test_words_are_known_in_english_only(lexicon):
    """In another language no stem and no everyday word is judged by English."""
    path = lexicon('stem = "cap", weight = 0.3', 'word = "open", weight = 0.8', language="nb")
    assert said(path) == []
    assert proofing.proof([path]).stems == []


def test_examples_twice(lexicon):
    """An example twice is a warning, one that is a counter-example too an error; blanks and capitals do not matter."""
    rest = (
        'examples = [\n  { text = "It gets  better" },\n  { text = "it gets better" },\n  { text = "So be it." },\n]\n'
        'counter_examples = [\n  { text = "So be it." },\n]\n'
    )
    assert said(lexicon('word = "hopeful", weight = 0.7', rest=rest)) == [
        ("warning", 10, "the example 'it gets better' is there twice. Keep one of them."),
        ("error", 11, "the example 'So be it.' is a counter-example too. Decide for one."),
    ]


def test_no_examples(lexicon):
    """A lexicon without examples works by its words alone."""
    (problem,) = said(lexicon('word = "hopeful", weight = 0.7', rest=""))
    assert problem == ("warning", 1, "there are no examples. Write some: words alone miss much.")


# ---------------------------------------------------------------- the command


def test_command_with_errors(lexicon, run):
    """Errors of all files are listed, the sound ones counted, and the exit code is 1."""
    broken = lexicon('word = "hopeful", weight = 2')
    lexicon('word = "don\'t", weight = 0.3', name="doubt")
    result = run("lexicon", "check", broken.parent)
    assert result.exit_code == 1
    assert f"{broken}:6: error\n" in result.stdout
    assert "the weight of 'hopeful' is 2." in result.stdout
    assert result.stdout.splitlines()[1].split() == ["doubt", "en", "1", "1", "0", "1"]
    assert result.stderr == "lexicon check: 2 errors in 2 of the files. Mend the lines marked error.\n"


def test_command_with_warnings(lexicon, run):
    """Warnings alone leave the exit code at 0; one file can be named."""
    result = run("lexicon", "check", lexicon('word = "open", weight = 0.5'))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "hope.toml:6: warning" in result.stdout


def test_nothing_to_mend(lexicon, run):
    """A sound lexicon is said to be sound."""
    assert run("lexicon", "check", lexicon('word = "hopeful", weight = 0.7')).stderr == "Nothing to mend.\n"


def test_command_as_json(lexicon, run):
    """The array holds lexicons, problems and, asked for, stems."""
    path = lexicon('stem = "humiliat", weight = 0.7', 'word = "open", weight = 0.5')
    rows = json.loads(run("lexicon", "check", path, "--stems", "--json").stdout)
    assert [row["kind"] for row in rows] == ["lexicon", "problem", "stem"]
    assert rows[1]["where"] == f"{path}:7"
    assert {"humiliated", "humiliation"} <= set(rows[2]["words"])


def test_stems_are_listed(lexicon, run):
    """--stems lists the words that a stem takes in."""
    result = run("lexicon", "check", lexicon('stem = "humiliat", weight = 0.7'), "--stems")
    assert "hope: humiliat*" in result.stdout
    assert "humiliation" in result.stdout


def test_the_five_can_all_match(run):
    """No term of the shipped lexicons is an error."""
    assert run("lexicon", "check").exit_code == 0


def test_regular_expressions_are_no_kind_of_term(lexicon, run):
    """A field "regex" is refused with its line: words, stems and phrases cannot run without end."""
    result = run("lexicon", "check", lexicon('regex = "(a+)+$", weight = 0.5'))
    assert result.exit_code == 1
    assert "hope.toml:6: error" in result.stdout
    assert "unknown field 'regex'. Fields: cue, note, phrase, pole, stem, weight, word." in result.stdout
