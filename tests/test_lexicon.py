"""Terms are found where they stand, and a broken lexicon file is refused with its line."""

import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistcode.errors import LexiconError
from assistcode.evidence import Lexicon, Term
from assistcode.lexicon import Matcher, read_lexicon, read_lexicons
from assistcode.resources import shipped
from assistcode.segment import segment

HEAD = 'name = "hope"\nlanguage = "en"\ntitle = "Hope"\ndefinition = "Expecting better."\n'
FIELDS = "counter_examples, definition, examples, language, name, sources, terms, threshold, title"
README = Path(__file__).parent.parent / "lexicons" / "README.md"


def term(text, weight=0.5, *, pole="present", stem=False):
    """Make a term: a phrase when it has several words."""
    return Term("stem" if stem else "phrase" if " " in text else "word", text, weight, pole)


def hits(text, *terms, **others):
    """Return the hits of one theme (and of ``others``, theme by theme) in a text."""
    lexicons = {
        name: Lexicon(name, name, "", "en", tuple(found)) for name, found in ({"theme": terms} | others).items()
    }
    matcher = Matcher.of(lexicons)
    return [hit for utterances in segment([text]) for u in utterances for hit in matcher.find(u.tokens)]


def words(text, *terms):
    """Return the words that one theme's terms hit."""
    return [text[hit.start : hit.end] for hit in hits(text, *terms)]


# ---------------------------------------------------------------- words, stems, phrases


@pytest.mark.parametrize("form", ["laugh", "laughs", "laughed", "laughing", "Laugh", "Laughing", "LAUGHED"])
def test_word_is_found_in_every_inflected_form(form):
    """A word is found in every inflected form, capital or not."""
    assert words(f"{form} they did.", term("laugh")) == [form]


def test_word_is_not_found_inside_another():
    """A word is a whole token."""
    assert words("The slaughter of laughter.", term("laugh")) == []


@pytest.mark.parametrize("form", ["humiliated", "Humiliation", "humiliat"])
def test_stem_finds_what_begins_so(form):
    """A stem is found at the head of any token, capital or not."""
    assert words(f"Such {form} there.", term("humiliat", stem=True)) == [form]


def test_stem_is_not_found_inside_a_word():
    """A stem is not found in the middle of a token, nor in a shorter one."""
    assert words("dehumiliated humilia", term("humiliat", stem=True)) == []


@pytest.mark.parametrize(
    "text", ["let guard down", "let my guard down", "let all my guard down", "let all of my guard down"]
)
def test_gap_takes_up_to_three_tokens(text):
    """A lone star in a phrase stands for zero to three tokens."""
    assert words(f"I {text} there.", term("let * guard down")) == [text]


def test_gap_does_not_take_four_tokens():
    """A lone star in a phrase does not stand for four tokens."""
    assert words("I let nearly all of my guard down.", term("let * guard down")) == []


def test_gap_tries_every_length():
    """A star stands for whatever lets the rest of the phrase fit, as where a speaker repeats a word."""
    assert words("I let my, my guard down.", term("let * my guard down")) == ["let my, my guard down"]


def test_phrase_without_gap_is_unbroken():
    """Without a star nothing may stand between the words of a phrase."""
    assert words("on the very edge, on edge", term("on edge")) == ["on edge"]


def test_phrase_is_found_in_inflected_forms():
    """Each word of a phrase is found in its inflected forms."""
    assert words("She was walking on eggshells.", term("walk on eggshell")) == ["walking on eggshells"]


def test_phrase_ends_with_its_utterance():
    """A phrase does not go over the end of an utterance."""
    assert words("I was on. Edge of the bed.", term("on edge")) == []


@pytest.mark.parametrize("text", ["I can't cope.", "I can’t cope."])
def test_either_apostrophe_is_found(text):
    """A term with an apostrophe is found with the straight and with the curly one."""
    assert words(text, term("ca n't cope")) == [text[2:-1]]


def test_curly_apostrophe_in_the_file(tmp_path):
    """A term may be typed with a curly apostrophe."""
    (tmp_path / "hope.toml").write_text(f'{HEAD}terms = [{{ phrase = "can n’t", weight = 0.5 }}]', encoding="utf-8")
    assert read_lexicon(tmp_path / "hope.toml").terms[0].text == "can n't"


# ---------------------------------------------------------------- overlap


def test_weightiest_of_overlapping_hits():
    """Of overlapping hits of a theme the weightiest is kept, whatever their order."""
    terms = [term("together", 0.25), term("laugh together", 0.7), term("laugh", 0.3)]
    assert words("We laughed together.", *terms) == words("We laughed together.", *terms[::-1]) == ["laughed together"]


def test_longer_of_equal_hits():
    """Of overlapping hits of equal weight the longer is kept."""
    assert words("We laughed together.", term("laugh"), term("laugh together")) == ["laughed together"]


def test_other_themes_keep_their_hits():
    """Overlapping hits of different themes are all kept."""
    found = hits("We laughed together.", term("laugh together", 0.9), other=[term("together", 0.1)])
    assert [(hit.theme, hit.term.text) for hit in found] == [("theme", "laugh together"), ("other", "together")]


def test_hits_apart_are_all_kept():
    """Hits that do not overlap are all kept, in the order of the text."""
    assert words("Fear, dread, fear.", term("dread", 0.9), term("fear", 0.3)) == ["Fear", "dread", "fear"]


TERMS = [term("scared"), term("laugh"), term("humiliat", stem=True), term("let * guard down"), term("do n't")]
PIECES = [
    "scared", "laughing", "humiliated", "let", "my", "guard", "down", "don’t", "don't", "😀", "👩‍👧", "İ", "ﬁ", ",",
    ".", "\n\n", "…", "é",
]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4)).map(" ".join))
def test_hits_slice_back_to_their_words(text):
    """A hit's span gives the words of its term, whatever Unicode stands before it."""
    shapes = {
        "scared": r"scared",
        "laugh": r"laugh\w*",
        "humiliat": r"humiliat\S*",
        "let * guard down": r"let\s.*guard\s+down",
        "do n't": r"don['’]t",
    }
    for hit in hits(text, *TERMS):
        assert re.fullmatch(shapes[hit.term.text], text[hit.start : hit.end], re.IGNORECASE | re.DOTALL)


# ---------------------------------------------------------------- files


@pytest.fixture
def refusal(tmp_path):
    """Write a lexicon file and return the message it is refused with, the folder left out."""

    def refuse(text, name="hope"):
        path = tmp_path / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(LexiconError) as error:
            read_lexicons(tmp_path)
        return str(error.value).replace(f"{tmp_path}{'/'}", "")

    return refuse


def with_terms(*lines):
    """Return a lexicon file whose terms begin in line 6."""
    return HEAD + "terms = [\n" + "".join(f"  {{ {line} }},\n" for line in lines) + "]\n"


GOOD = 'word = "hopeful", weight = 0.7'
UNKNOWN_TERM_FIELD = "Fields: cue, note, phrase, pole, stem, weight, word."
ONE_KIND = 'hope.toml:7: a term needs one of word, stem, phrase. Write { word = "...", weight = 0.5 }.'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            'word = "trust", weight = 0.5, wieght = 1',
            f"hope.toml:7: unknown field 'wieght'. {UNKNOWN_TERM_FIELD}",
        ),
        ('word = "trust", stem = "trust", weight = 0.5', ONE_KIND),
        ("weight = 0.55", ONE_KIND),
        ('word = " ", weight = 0.55', ONE_KIND),
        ("word = 7, weight = 0.55", ONE_KIND),
        (
            'phrase = "trusting", weight = 0.5',
            "hope.toml:7: the phrase 'trusting' can never match. Use two or more words, * only between.",
        ),
        (
            'phrase = "* trust him", weight = 0.5',
            "hope.toml:7: the phrase '* trust him' can never match. Use two or more words, * only between.",
        ),
        (
            'phrase = "trust *", weight = 0.5',
            "hope.toml:7: the phrase 'trust *' can never match. Use two or more words, * only between.",
        ),
        (
            'phrase = "trust * * him", weight = 0.5',
            "hope.toml:7: the phrase 'trust * * him' can never match. Use two or more words, * only between.",
        ),
        ('word = "look up", weight = 0.5', "hope.toml:7: the word 'look up' has several words. Make it a phrase."),
        ('stem = "look up", weight = 0.5', "hope.toml:7: the stem 'look up' has several words. Make it a phrase."),
        (
            'word = "trust"',
            "hope.toml:7: the weight of 'trust' is None. Give a number above 0 and at most 1.",
        ),
        (
            'word = "trust", weight = 0',
            "hope.toml:7: the weight of 'trust' is 0. Give a number above 0 and at most 1.",
        ),
        (
            'word = "trust", weight = 1.5',
            "hope.toml:7: the weight of 'trust' is 1.5. Give a number above 0 and at most 1.",
        ),
        (
            'word = "trust", weight = nan',
            "hope.toml:7: the weight of 'trust' is nan. Give a number above 0 and at most 1.",
        ),
        (
            'word = "trust", weight = true',
            "hope.toml:7: the weight of 'trust' is True. Give a number above 0 and at most 1.",
        ),
        (
            'word = "trust", weight = "0.5"',
            "hope.toml:7: the weight of 'trust' is 0.5. Give a number above 0 and at most 1.",
        ),
        (
            'word = "trust", weight = 0.5, pole = "absent"',
            "hope.toml:7: 'trust' has pole 'absent' and cue 'named'."
            " Poles: present, lacking; cues: named, body, behaviour.",
        ),
        (
            'word = "trust", weight = 0.5, cue = "face"',
            "hope.toml:7: 'trust' has pole 'present' and cue 'face'."
            " Poles: present, lacking; cues: named, body, behaviour.",
        ),
        # The term stands earlier in the file too, in the name or the definition: still its own line is named.
        ('word = "hope", weight = 7', "hope.toml:7: the weight of 'hope' is 7. Give a number above 0 and at most 1."),
        (
            'word = "better", weight = 7',
            "hope.toml:7: the weight of 'better' is 7. Give a number above 0 and at most 1.",
        ),
    ],
)
def test_broken_term(line, message, refusal):
    """A term that cannot be used is refused with the line it stands in, what is wrong and what to do."""
    assert refusal(with_terms(GOOD, line)) == message


@pytest.mark.parametrize("text", ["hopeful", "Hopeful", "HOPEFUL"])
def test_term_twice(text, refusal):
    """A term that is there twice, capital or not, is refused with the line of one of them."""
    message = refusal(with_terms(GOOD, f'word = "{text}", weight = 0.3'))
    assert re.fullmatch(r"hope\.toml:[67]: the word 'hopeful' is there twice\. Keep one of them\.", message)


def test_word_and_stem_of_the_same_letters(tmp_path):
    """A word and a stem may have the same letters: they are two terms."""
    (tmp_path / "hope.toml").write_text(with_terms(GOOD, 'stem = "hopeful", weight = 0.5'), encoding="utf-8")
    assert [one.kind for one in read_lexicon(tmp_path / "hope.toml").terms] == ["word", "stem"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + 'colour = "red"\nterms = []\n', f"hope.toml:5: unknown field 'colour'. Fields: {FIELDS}."),
        (
            with_terms(GOOD).replace('"hope"', '"hopes"'),
            "hope.toml:1: the name 'hopes' is not the file's. Write name = \"hope\".",
        ),
        (with_terms(GOOD).replace('title = "Hope"\n', ""), "hope.toml:1: 'title' is missing. Write title = \"...\"."),
        (
            with_terms(GOOD).replace('title = "Hope"', 'title = " "'),
            "hope.toml:3: 'title' is missing. Write title = \"...\".",
        ),
        (HEAD, 'hope.toml:1: there are no terms. Add at least one { word = "...", weight = 0.5 }.'),
        (HEAD + "terms = []\n", 'hope.toml:5: there are no terms. Add at least one { word = "...", weight = 0.5 }.'),
        (
            HEAD + 'terms = ["hopeful"]\n',
            "hope.toml:5: 'terms' is not a list of { ... }. lexicons/README.md has the format.",
        ),
        (
            HEAD + "threshold = 1.5\nterms = [{ " + GOOD + " }]\n",
            "hope.toml:5: the threshold is 1.5. Give a number above 0 and at most 1.",
        ),
        (
            HEAD + "threshold = true\nterms = [{ " + GOOD + " }]\n",
            "hope.toml:5: the threshold is True. Give a number above 0 and at most 1.",
        ),
        (
            HEAD + 'threshold = "high"\nterms = [{ ' + GOOD + " }]\n",
            "hope.toml:5: the threshold is high. Give a number above 0 and at most 1.",
        ),
        (
            with_terms(GOOD) + 'examples = [\n  { text = "It will pass.", pole = "absent" },\n]\n',
            "hope.toml:9: an example needs a text, and pole present or lacking. Mend the line.",
        ),
        (
            with_terms(GOOD) + 'examples = [\n  { pole = "present" },\n]\n',
            "hope.toml:8: an example needs a text, and pole present or lacking. Mend the line.",
        ),
    ],
)
def test_broken_file(text, message, refusal):
    """A file that cannot be used is refused with its line, what is wrong and what to do."""
    assert refusal(text) == message


def test_sources_that_are_no_list(refusal):
    """Sources that are not a list are refused, not a crash."""
    assert refusal("sources = 5\n" + with_terms(GOOD)).startswith("hope.toml:1: 'sources' is not a list")


def test_broken_toml(refusal):
    """Text that is not TOML is refused with the line the reader stopped at."""
    message = refusal(with_terms(GOOD, 'word = "trust", weight = high'))
    assert message.startswith("hope.toml:7: this is not TOML (Invalid value (at line 7, column ")
    assert message.endswith(")). Mend the line; lexicons/README.md has the format.")


def test_file_that_is_not_utf8(tmp_path):
    """A file in another encoding is refused with its name."""
    (tmp_path / "hope.toml").write_bytes(HEAD.replace("better", "b\xe9tter").encode("latin-1"))
    with pytest.raises(LexiconError) as error:
        read_lexicons(tmp_path)
    assert str(error.value).startswith(f"{tmp_path / 'hope.toml'}: cannot be read ('utf-8' codec can't decode byte")
    assert str(error.value).endswith("Save it as UTF-8 text.")


def test_folder_without_lexicons(tmp_path):
    """A folder without lexicons is refused."""
    with pytest.raises(LexiconError) as error:
        read_lexicons(tmp_path)
    expected = f"{tmp_path}: there is no lexicon (*.toml) here. Name the folder that holds them."
    assert str(error.value) == expected


def test_broken_file_on_the_command_line(tmp_path, run):
    """A command that needs a lexicon prints a refusal as one line and exits with 1."""
    (tmp_path / "hope.toml").write_text(with_terms('word = "trust", weight = 2'), encoding="utf-8")
    result = run("init", "--lexicons", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    expected = f"{tmp_path / 'hope.toml'}:6: the weight of 'trust' is 2. Give a number above 0 and at most 1.\n"
    assert result.stderr == expected


def test_defaults_of_a_term(tmp_path):
    """A term is present and named, and the threshold 0.5, unless the file says otherwise."""
    (tmp_path / "hope.toml").write_text(with_terms(GOOD), encoding="utf-8")
    hope = read_lexicons(tmp_path)["hope"]
    assert (hope.terms, hope.threshold) == ((Term("word", "hopeful", 0.7, "present", "named", ""),), 0.5)


def test_the_five():
    """The five shipped lexicons can be read, in English."""
    read = read_lexicons(shipped("lexicons"))
    assert sorted(read) == ["competence", "fear", "safety", "shame", "togetherness"]
    assert {one.language for one in read.values()} == {"en"}


@pytest.fixture
def hope(tmp_path):
    """Make a folder with the five lexicons and the one that lexicons/README.md works out."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for path in shipped("lexicons").glob("*.toml"):
        shutil.copy(path, folder)
    example = re.search(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (folder / "hope.toml").write_text(example[1], encoding="utf-8")
    return folder


def test_readme_example_can_be_read(hope):
    """The lexicon worked out in lexicons/README.md is a good one, and hits as it says."""
    terms = read_lexicon(hope / "hope.toml").terms
    assert words("I hope so, I look forward to it.", *terms) == ["hope", "look forward to"]


def test_sixth_theme(hope, run):
    """A lexicon put into a user's folder suggests like the shipped ones, with no change to the program."""
    line = json.dumps({"id": 1, "text": "I'm hopeful now, and not so scared."})
    answer = json.loads(run("suggest", "--model", "static", "--lexicons", hope, input=line).stdout)
    assert sorted(answer["scores"]) == ["competence", "fear", "hope", "safety", "shame", "togetherness"]
    assert answer["poles"]["hope"] == "present"


def test_threshold_decides(tmp_path, run):
    """A theme is suggested from its lexicon's threshold upwards."""
    text = json.dumps({"id": 1, "text": "I'm hopeful."})

    def suggested(threshold):
        (tmp_path / "hope.toml").write_text(f"{HEAD}threshold = {threshold}\nterms = [{{ {GOOD} }}]", encoding="utf-8")
        return json.loads(run("suggest", "--model", "static", "--lexicons", tmp_path, input=text).stdout)

    score = suggested(0.5)["scores"]["hope"]
    assert 0.5 < score < 1
    assert suggested(score)["suggested"] == ["hope"]
    assert suggested(score + 0.0001)["suggested"] == []
