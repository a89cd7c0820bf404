"""Word lists of other programs become lexicons that are sound; what does not fit is named with its line."""

import json
from pathlib import Path

import pytest

from assistcode import proofing
from assistcode.errors import AssistcodeError
from assistcode.evidence import Example, Lexicon, Term
from assistcode.lexicon import read_lexicon
from assistcode.lexicons import import_word_lists, written

EMPATH = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "lexicons" / "empath_categories.tsv"
FIELDS = ["name", "title", "definition", "language", "terms", "examples", "counter_examples", "sources", "threshold"]
LIWC = """\
%
1\tposemo\tPositive emotion
2   fear (Fears)
%
hope*\t1
a lot of fun\t1
scared\t1\t2
kind (of)\t1
don't\t2
:)\t1
in*side\t2
"""
CSV = """\
term,weight,pole,note
hopeful,0.7,,
"light at the end",0.6,,often said of tunnels
despair*,.6,Lacking,
hoped,7,,
wish,0.3,absent,
"""


@pytest.fixture
def source(tmp_path):
    """Write a word list and return its path."""

    def write(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_liwc(source, tmp_path):
    """Every category becomes a lexicon: words, stems, phrases; "don't" is written as it is cut."""
    positive, fear = import_word_lists(source("list.dic", LIWC), tmp_path / "new")
    assert [(term.kind, term.text) for term in positive.lexicon.terms] == [
        ("stem", "hope"), ("phrase", "a lot of fun"), ("word", "scared"),
    ]  # fmt: skip
    assert [(term.kind, term.text) for term in fear.lexicon.terms] == [("word", "scared"), ("phrase", "do n't")]
    assert {term.weight for term in positive.lexicon.terms} == {0.3}


def test_what_is_left_out_is_named(source, tmp_path):
    """Each entry left out has one line: where it stands, and why."""
    path = source("list.dic", LIWC)
    positive, fear = import_word_lists(path, tmp_path / "new")
    assert positive.left_out == (
        f"{path}:8: 'kind (of)' left out: a condition in brackets is not known here.",
        f"{path}:10: ':)' left out: it has no letters.",
    )
    star = "a * stands at the end of a single word, or alone inside a phrase"
    assert fear.left_out == (f"{path}:11: 'in*side' left out: {star}.",)


def test_table_of_one_theme(source, tmp_path):
    """A table brings weight, pole and note along; a wrong weight or pole leaves the row out."""
    path = source("hope.csv", CSV)
    (made,) = import_word_lists(path, tmp_path)
    assert read_lexicon(tmp_path / "hope.toml").terms == (
        Term("word", "hopeful", 0.7),
        Term("phrase", "light at the end", 0.6, note="often said of tunnels"),
        Term("stem", "despair", 0.6, "lacking"),
    )
    assert made.left_out == (
        f"{path}:5: 'hoped' left out: its weight is 7, not above 0 and at most 1.",
        f"{path}:6: 'wish' left out: its pole is absent, not present or lacking.",
    )


def test_twice_and_inflected(source, tmp_path):
    """What is there twice, or is found by its base form, is left out with its line."""
    path = source("list.tsv", "Hope!\twish\twished\tWish\tlight_at_the_end\n")
    (made,) = import_word_lists(path, tmp_path)
    assert (made.path.name, made.lexicon.title) == ("hope.toml", "Hope!")
    assert [term.text for term in made.lexicon.terms] == ["wish", "light at the end"]
    assert made.left_out == (
        f"{path}:1: 'Wish' left out: it is there twice.",
        f"{path}:1: 'wished' left out: 'wish' finds it too.",
    )


def test_names_choose(source, tmp_path):
    """--name takes some categories, or names the theme of a table."""
    lists = source("list.tsv", "hope\twish\nfear\tscared\n")
    assert [one.lexicon.name for one in import_word_lists(lists, tmp_path, names=["Fear"])] == ["fear"]
    table = source("words.csv", "term\nwish\n")
    assert [one.path.name for one in import_word_lists(table, tmp_path, names=["hope"], language="nb")] == ["hope.toml"]
    assert read_lexicon(tmp_path / "hope.toml").language == "nb"


def test_the_file_says_what_is_left_to_do(source, tmp_path):
    """What is written is readable, says what a person must add, and is the same every time."""
    path = source("hope.csv", "term\nwish\n")
    import_word_lists(path, tmp_path / "one")
    import_word_lists(path, tmp_path / "two")
    text = (tmp_path / "one" / "hope.toml").read_text(encoding="utf-8")
    assert text == (tmp_path / "two" / "hope.toml").read_text(encoding="utf-8")
    assert text.startswith("# Imported from hope.csv. Before you use it:\n# - write the definition")
    assert '\nterms = [\n  { word = "wish", weight = 0.3 },\n]\nexamples = []\n' in text


MESSAGES = [
    ("list.txt", "a", "no reader for '.txt'. Known: .tsv, .dic, .csv."),
    ("list.tsv", "hope\n", ":1: there is no tab between a category and its words. Is it Empath's table?"),
    ("list.tsv", "hope\t\n", ": there is no word in it. lexicons/README.md says how each format looks."),
    ("list.dic", "hope\t1\n", ": the categories do not stand between two lines with %. "),
    ("list.dic", "%\n1\n%\nhope\t1\n", ":2: '1' is no category. Write its number, a tab, its name."),
    ("list.dic", "%\n1\thope\n%\nhope\t3\n", ":4: 'hope' has the category '3'. Categories above: 1."),
    ("list.dic", "%\n1\thope\n%\nhope\n", ":4: 'hope' has no category. Categories above: 1."),
    ("list.csv", "word\nhope\n", ": there is no column 'term'. Found: word; needed: term."),
    ("list.tsv", "hope\t(a)\n", ": no term of 'hope' can be used. "),
    ("list.tsv", "!!\twish\n", ": '!!' is no name for a theme. Use letters; give --name."),
]


@pytest.mark.parametrize(("name", "text", "message"), MESSAGES)
def test_what_cannot_be_imported(name, text, message, source, tmp_path):
    """A list that cannot be used is refused in one line, and nothing is written."""
    with pytest.raises(AssistcodeError) as error:
        import_word_lists(source(name, text), tmp_path / "new")
    assert message in str(error.value)
    assert not (tmp_path / "new").exists()


def test_unknown_category(source, tmp_path):
    """A category the file has not is refused, with the near ones."""
    with pytest.raises(AssistcodeError, match=r"there is no category 'hop'. Did you mean 'hope'\?"):
        import_word_lists(source("list.tsv", "hope\twish\n"), tmp_path, names=["hop"])


def test_two_names_for_one_theme(source, tmp_path):
    """A table of one theme cannot have two names."""
    with pytest.raises(AssistcodeError, match=r"it holds one theme. Give one --name."):
        import_word_lists(source("hope.csv", "term\nwish\n"), tmp_path, names=["a", "b"])


def test_weight_out_of_range(source, tmp_path):
    """A weight that is none is refused."""
    with pytest.raises(AssistcodeError, match=r"--weight: the weight is 3. Give a number above 0 and at most 1."):
        import_word_lists(source("hope.csv", "term\nwish\n"), tmp_path, weight=3)


def test_nothing_is_overwritten(source, tmp_path):
    """Where one file is there already none is written, and the one that is there stays."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "hope.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(AssistcodeError, match=r"hope.toml: there is a file already. .* Nothing was written."):
        import_word_lists(source("list.tsv", "fear\tscared\nhope\twish\n"), tmp_path / "new")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["hope.toml"]
    assert (tmp_path / "new" / "hope.toml").read_text(encoding="utf-8") == "mine"


def test_written_lexicon_is_read_back(tmp_path):
    """What is written is what is read, with every field and odd characters."""
    lexicon = Lexicon(
        name="odd",
        title='A "quoted" title',
        definition="Two\nlines, a \\ and a \x7f.",
        language="nb",
        terms=(Term("word", "ærlig", 0.25, "lacking", "body", 'says "yes"'), Term("phrase", "å * gå", 1.0)),
        examples=(Example("Jeg går.", "lacking", "client"),),
        counter_examples=(Example("Nei, 😀.", why="smil"),),
        sources=("One (2000).", "Two."),
        threshold=0.45,
    )
    path = tmp_path / "odd.toml"
    path.write_text(written(lexicon), encoding="utf-8")
    again = read_lexicon(path)
    assert {name: getattr(again, name) for name in FIELDS} == {name: getattr(lexicon, name) for name in FIELDS}


def test_command(source, tmp_path, run):
    """The command says what it wrote and what it left out, and check finds no error."""
    path = source("list.dic", LIWC)
    result = run("lexicon", "import", path, "--to", "new", "--weight", 0.4)
    assert result.exit_code == 0
    assert [line.split()[:3] for line in result.stdout.splitlines()[1:]] == [["posemo", "3", "2"], ["fear", "2", "1"]]
    assert f"{path}:10: ':)' left out: it has no letters.\n" in result.stderr
    assert result.stderr.endswith("Next: assistcode lexicon check new\n")
    assert run("lexicon", "check", "new").exit_code == 0
    assert run("init", "--lexicons", "new").exit_code == 0


def test_command_as_json(source, run):
    """The array has a row a lexicon."""
    rows = json.loads(run("lexicon", "import", source("hope.csv", CSV), "--to", "new", "--json").stdout)
    assert [(row["lexicon"], row["path"], row["terms"], len(row["left_out"])) for row in rows] == [
        ("hope", str(Path("new") / "hope.toml"), 3, 2)
    ]


@pytest.mark.skipif(not EMPATH.exists(), reason="needs ../shared")
def test_empath(tmp_path):
    """Categories of the real table come in, and none of their terms is an error."""
    names = ["nervousness", "shame", "sympathy", "medical_emergency", "positive_emotion"]
    made = import_word_lists(EMPATH, tmp_path, names=names)
    assert [one.lexicon.name for one in made] == names
    found = proofing.proof([one.path for one in made])
    assert [problem for problem in found.problems if problem.level == proofing.ERROR] == []
    assert min(len(one.terms) for one in found.lexicons.values()) > 20
