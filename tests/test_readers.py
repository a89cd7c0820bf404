"""Files become transcripts: encodings, speaker marks, roles, moments, and each format's own habits."""

import codecs
import hashlib
import io
import itertools
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistcode.corpus import PASSAGE_LENGTH, Placement, Transcript, cut_passages
from assistcode.errors import InputError, UnknownName
from assistcode.readers import is_guess, parse_role_rule, read_transcript
from assistcode.readers.marks import ReadOptions
from assistcode.readers.text import read_text
from assistcode.readers.turns import KNOWN_LABELS, assemble

Read = Callable[..., Transcript]
NO_SPEAKER = (
    "no speaker is marked. Add \"Name:\" before each turn, or pass --role '*=participant' "
    "to make each paragraph a turn."
)
EVERYONE = ("*=participant",)
WORDML = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a file and read it as a transcript."""

    def write_and_read(source: str | bytes, name: str = "talk.txt", *, roles=(), columns=None) -> Transcript:
        path = tmp_path / name
        path.write_bytes(source.encode() if isinstance(source, str) else source)
        return read_transcript(path, Placement(), roles=tuple(map(parse_role_rule, roles)), columns=columns)

    return write_and_read


def spoken(transcript: Transcript) -> list[tuple[str, str]]:
    """Return (speaker, words) of every turn."""
    return [(turn.speaker.name, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def roles_of(transcript: Transcript) -> list[tuple[str, str]]:
    """Return (role, kind) of every turn."""
    return [(turn.speaker.role, turn.speaker.kind) for turn in transcript.turns]


def moments_of(transcript: Transcript) -> list[int | None]:
    """Return the moment of every turn."""
    return [turn.moment for turn in transcript.turns]


# ------------------------------------------------------------------ speaker marks

DIALOGUE = [("Anna", "Hello there."), ("Ben", "Good day."), ("Anna", "Well, well."), ("Ben", "Bye.")]


@pytest.mark.parametrize(
    "style",
    [
        "{name}: {words}",
        "{name}:\t{words}",
        "{name} : {words}",
        "  {name}: {words}",
        "**{name}:** {words}",
        "**{name}**: {words}",
        "{name} (00:12): {words}",
        "{name} [00:01:12]: {words}",
        "{name} 00:12: {words}",
        "[{name}] {words}",
        "[{name}]: {words}",
    ],
)
def test_a_mark_before_the_words_opens_a_turn(read: Read, style: str):
    """Every way to mark a speaker on the line gives the same turns, without the mark."""
    text = "\n\n".join(style.format(name=name, words=words) for name, words in DIALOGUE)
    assert spoken(read(text)) == DIALOGUE


@pytest.mark.parametrize(
    "style",
    [
        "{name}:\n{words}",
        "**{name}:**\n{words}",
        "[{name}] 11:02:09\n{words}",
        "{name}  00:12\n{words}",
        "{name}\t00:12\n{words}",
        "{name}  (00:12)\n{words}",
        "{name} (00:12):\n\n{words}",
    ],
)
def test_a_mark_above_the_words_opens_a_turn(read: Read, style: str):
    """A mark on a line of its own opens a turn that begins with the words below, not with the line end."""
    text = "\n\n".join(style.format(name=name, words=words) for name, words in DIALOGUE)
    assert spoken(read(text)) == DIALOGUE


def test_speaker_marks_work_in_markdown(read: Read):
    """Bold names in a Markdown file are speakers."""
    assert spoken(read("**Client:** Yes.\n\n**Therapist:** No.\n", "talk.md")) == [
        ("Client", "Yes."),
        ("Therapist", "No."),
    ]


@pytest.mark.parametrize("label", ["CLIENT", "INTERVIEWER", "THERAPIST 2"])
@pytest.mark.parametrize("style", ["{label}:\nYes.", "{label}: YES", "{label} (00:12):\nYes.", "{label}  00:12\nYes."])
def test_a_speaker_in_capitals_is_no_heading(read: Read, label: str, style: str):
    """A known label in capitals with few words is a speaker, not a heading."""
    found = read(f"Client: Before.\n\n{style.format(label=label)}\n\nClient: After.\n")
    assert [(name, words[:3].upper()) for name, words in spoken(found)][1] == (label, "YES")


def test_a_short_code_is_a_speaker_even_once(read: Read):
    """Short codes such as P8 are speakers the first time they stand before a colon."""
    assert spoken(read("P8: I walked.\n\nT-2: Where?\n")) == [("P8", "I walked."), ("T-2", "Where?")]


def test_a_role_rule_makes_its_label_a_speaker(read: Read):
    """A name that --role gives a role is a speaker though it opens one line only."""
    found = read("Anna: How was it?\n\nBen: Long.\n", roles=["Anna=interviewer", "Ben=client"])
    assert spoken(found) == [("Anna", "How was it?"), ("Ben", "Long.")]


@pytest.mark.parametrize(
    "line",
    [
        "He said: come in.",
        "What I mean is this: nothing.",
        "[laughs]",
        "[laughs] Well.\n[laughs] Yes.",
        "[Long pause] So.\n[Long pause] So.",
        "Note: she smiled.\nNote: he did not.",
        "Time: noon.\nTime: evening.",
        "10:30: we began.\n10:45: we stopped.",
        "At 10:30 we began.",
        "http://example.org is the address.",
        "e.g. this: that.",
    ],
)
def test_other_words_before_a_colon_stay_talk(read: Read, line: str):
    """Reported speech, stage directions, notes and times stay in the turn of the one who speaks."""
    found = read(f"Client: Hello.\n{line}\n\nInterviewer: Yes.\n")
    assert spoken(found) == [("Client", f"Hello.\n{line}"), ("Interviewer", "Yes.")]


def test_a_name_that_opens_one_line_stays_talk(read: Read):
    """A capitalised word before a colon is no speaker unless it opens two lines."""
    assert spoken(read("Client: Hello.\nTuesday: it rained.\n")) == [("Client", "Hello.\nTuesday: it rained.")]


def test_continuation_paragraphs_belong_to_the_turn(read: Read):
    """Paragraphs without a mark belong to the one who spoke last, as one span."""
    found = read("Client: First.\n\nSecond.\nThird.\n\nInterviewer: Yes.\n")
    assert spoken(found) == [("Client", "First.\n\nSecond.\nThird."), ("Interviewer", "Yes.")]


def test_a_mark_without_words_is_no_turn(read: Read):
    """A speaker who says nothing before the next one speaks leaves no turn, and numbers stay without gap."""
    found = read("Interviewer:\n\nClient: Yes.\n")
    assert [(turn.n, turn.speaker.name) for turn in found.turns] == [(1, "Client")]


def test_a_file_in_which_nobody_speaks_is_refused(read: Read, tmp_path: Path):
    """Marks without any words are refused with the remedy."""
    with pytest.raises(InputError) as refused:
        read("Client:\n\nInterviewer:\n")
    what = "nobody says anything. Check that the words stand after the speaker marks."
    assert str(refused.value) == f"{tmp_path / 'talk.txt'}: {what}"


# ------------------------------------------------------------------ notes, headings, files without marks


def test_text_before_the_first_speaker_is_a_note(read: Read):
    """What stands before anybody speaks is a note, and not codable."""
    found = read("Recorded in May.\n\nClient: Yes.\n")
    assert spoken(found) == [("note", "Recorded in May."), ("Client", "Yes.")]
    assert [turn.is_codable for turn in found.turns] == [False, True]


@pytest.mark.parametrize(
    ("name", "heading"), [("talk.txt", "FIELD NOTE"), ("talk.md", "## Field note"), ("talk.txt", "FIELD NOTE 2:")]
)
def test_text_under_a_heading_is_a_note(read: Read, name: str, heading: str):
    """A heading ends the turn; it and the words under it are one note until somebody speaks."""
    found = read(f"Client: Yes.\n\n{heading}\nShe was tired.\n\nClient: No.\n", name)
    assert spoken(found) == [("Client", "Yes."), ("note", f"{heading}\nShe was tired."), ("Client", "No.")]
    assert found.turns[1].speaker.role == "note"


@pytest.mark.parametrize("line", ["NO I WILL NOT!", "OK.", "I SAID NO TO HIM AND NO TO ALL THE OTHERS", "He SHOUTED"])
def test_loud_talk_is_no_heading(read: Read, line: str):
    """A line in capitals that ends like a sentence, is very short or long, or is mixed stays talk."""
    assert spoken(read(f"Client: Yes.\n{line}\n")) == [("Client", f"Yes.\n{line}")]


def test_a_file_without_marks_is_refused(read: Read, tmp_path: Path):
    """A file in which no speaker is marked is refused, and the message says both remedies."""
    with pytest.raises(InputError) as refused:
        read("One paragraph.\n\nAnother one.\n")
    assert str(refused.value) == f"{tmp_path / 'talk.txt'}: {NO_SPEAKER}"


def test_a_rule_for_everybody_makes_paragraphs_turns(read: Read):
    """Without marks the rule * makes each paragraph a turn; a line break does not end a paragraph."""
    found = read("One line\nand its end.\n\nAnother one.\n", roles=EVERYONE)
    assert spoken(found) == [("participant", "One line\nand its end."), ("participant", "Another one.")]


@pytest.mark.parametrize("bullet", ["- ", "* ", "• ", "–  "])
def test_a_rule_for_everybody_makes_bullets_turns(read: Read, bullet: str):
    """Without marks the rule * makes each bullet a turn, without the bullet."""
    found = read(f"{bullet}One.\n{bullet}Two\ngoes on.\n", roles=EVERYONE)
    assert spoken(found) == [("participant", "One."), ("participant", "Two\ngoes on.")]


def test_a_rule_for_everybody_leaves_headings_notes(read: Read):
    """Without marks headings are still notes."""
    found = read("DAY ONE\n\nShe smiled.\n", roles=EVERYONE)
    assert roles_of(found) == [("note", "interview"), ("participant", "interview")]


# ------------------------------------------------------------------ moments


@pytest.mark.parametrize("mark", ["[Moment 3, 00:10:00]", "[moment 3]", "  [Clip 3: the door]", "[STOP 3]"])
def test_a_marked_moment_holds_what_follows(read: Read, mark: str):
    """A moment's mark is no talk; the turns after it carry its number, those before it none."""
    found = read(f"Client: Before.\n\n{mark}\n\nClient: After.\n")
    assert spoken(found) == [("Client", "Before."), ("Client", "After.")]
    assert moments_of(found) == [None, 3]


def test_a_heading_ends_the_moment(read: Read):
    """Turns under a later heading belong to no moment."""
    found = read("[Moment 1]\nClient: In it.\n\nCLOSING TALK\n\nClient: After it.\n")
    assert moments_of(found) == [1, None, None]


def test_a_moment_ends_the_turn_before_it(read: Read):
    """Words without a mark under a moment are a note: who speaks there is not known."""
    found = read("Client: Yes.\n\n[Moment 1]\nThey look at the screen.\n\nClient: No.\n")
    assert spoken(found)[1] == ("note", "They look at the screen.")


@pytest.mark.parametrize("roles", [EVERYONE, ()])
def test_no_turn_reaches_over_the_mark_of_a_moment(read: Read, roles: tuple[str, ...]):
    """Words right below a moment's mark do not join the paragraph above it."""
    found = read("First.\n\n[Moment 2]\nSecond.\n" + ("" if roles else "Client: Third.\n"), roles=roles)
    assert [words for _, words in spoken(found)][:2] == ["First.", "Second."]
    assert moments_of(found)[:2] == [None, 2]


def test_moments_are_inferred_where_video_begins(read: Read):
    """Without marks every stretch of session video opens a new moment, numbered from 1."""
    found = read("Client: A.\nVideo Client: B.\nVideo Therapist: C.\nClient: D.\nVideo Client: E.\nClient: F.\n")
    assert moments_of(found) == [None, 1, 1, 1, 2, 2]


def test_marked_moments_keep_inference_out(read: Read):
    """Where the file marks moments, session video opens none of its own."""
    found = read("Client: A.\nVideo Client: B.\n[Moment 7]\nVideo Client: C.\nClient: D.\n")
    assert moments_of(found) == [None, None, 7, 7]


# ------------------------------------------------------------------ roles


@pytest.mark.parametrize(
    ("label", "rules", "role", "kind"),
    [
        ("Anna", ["Anna=therapist"], "therapist", "interview"),
        ("Anna", ["ANNA=therapist"], "therapist", "interview"),
        ("Anna", ["An*=interviewer"], "interviewer", "interview"),
        ("Anna", ["A?na=note"], "note", "interview"),
        ("Anna", ["An*=interviewer", "Anna=client"], "client", "interview"),
        ("Anna", ["An*=interviewer", "*=client"], "interviewer", "interview"),
        ("Anna", ["*=client"], "client", "interview"),
        ("Anna", ["*=client/video"], "client", "video"),
        ("Anna", ["V=client/video"], "participant", "interview"),
        ("V", ["V=client/video"], "client", "video"),
        ("V", ["V = Client / VIDEO"], "client", "video"),
        ("Client", ["Client=interviewer"], "interviewer", "interview"),
        ("Client", ["*=therapist"], "client", "interview"),
        ("Anna", [], "participant", "interview"),
        ("I", [], "interviewer", "interview"),
        ("Q", [], "interviewer", "interview"),
        ("Moderator", [], "interviewer", "interview"),
        ("Interviewer 1 (I)", [], "interviewer", "interview"),
        ("patient", [], "client", "interview"),
        ("Client #2", [], "client", "interview"),
        ("Th", [], "therapist", "interview"),
        ("P8", [], "participant", "interview"),
        ("Respondent", [], "participant", "interview"),
        ("Video Therapist", [], "therapist", "video"),
    ],
)
def test_a_label_gets_its_role(read: Read, label: str, rules: list[str], role: str, kind: str):
    """An exact rule comes first, then a pattern, then the words people use, then the rule *; else participant."""
    found = read(f"speaker,text\n{label},Yes.\nClient 9,No.\n", "talk.csv", roles=rules)
    assert roles_of(found)[0] == (role, kind)


@pytest.mark.parametrize("rule", ["Anna", "=client", "Anna=", "Anna=boss", "Anna=client/film", "Anna:client"])
def test_a_wrong_role_rule_is_refused(rule: str):
    """A rule that is no label with a known role and kind is refused with the roles."""
    with pytest.raises(UnknownName) as refused:
        parse_role_rule(rule)
    remedy = "Write LABEL=ROLE or LABEL=ROLE/video; roles: client, therapist, participant, interviewer, note."
    assert str(refused.value) == f"--role '{rule}': not a label with a role. {remedy}"


@pytest.mark.parametrize(
    ("label", "rules", "guessed"),
    [("Anna", [], True), ("Anna", ["A*=client"], False), ("Anna", ["*=client"], False), ("Client 2", [], False)],
)
def test_a_guessed_participant_is_told_apart(label: str, rules: list[str], guessed: bool):
    """A voice counts as guessed only when neither a rule nor a known word gave it its role."""
    assert is_guess(label, tuple(map(parse_role_rule, rules))) is guessed


def test_a_voice_called_note_is_a_note(read: Read):
    """A table's speaker 'note' names the role note; its words are not codable."""
    found = read("speaker,text\nnote,She smiled.\nClient,Yes.\n", "talk.csv")
    assert roles_of(found) == [("note", "interview"), ("client", "interview")]


# ------------------------------------------------------------------ bytes


ACCENTS = "Client: Grüße – “ja”, sagte er …\n"


@pytest.mark.parametrize(
    "source",
    [
        ACCENTS.encode(),
        ACCENTS.encode("utf-8-sig"),
        ACCENTS.encode("utf-16"),
        codecs.BOM_UTF16_BE + ACCENTS.encode("utf-16-be"),
        ACCENTS.encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16 le", "utf-16 be", "windows-1252"],
)
def test_text_is_read_in_its_encoding(read: Read, source: bytes):
    """UTF-8 with and without mark, UTF-16 and Windows-1252 all give the same text."""
    assert read(source).text == ACCENTS


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_become_one_sort(read: Read, end: str):
    """Line ends of Windows and old Macs become line feeds before anything is counted."""
    found = read(f"Client: Yes.{end}{end}Interviewer: No.{end}")
    assert found.text == "Client: Yes.\n\nInterviewer: No.\n"


@pytest.mark.parametrize("name", ["talk.txt", "talk.md", "talk.csv", "talk.tsv", "talk.vtt"])
@pytest.mark.parametrize(
    "source",
    [b"Client: a\0b\n", b"\x89PNG\r\n\x1a\n\x01\x02", b"Client: \x81\x8d\n", "Client: a\n".encode("utf-16-le")],
    ids=["NUL", "picture", "no encoding", "utf-16 without mark"],
)
def test_bytes_that_are_no_text_are_refused(read: Read, tmp_path: Path, name: str, source: bytes):
    """Binary files under a text's name are refused with the remedy, whatever the format."""
    with pytest.raises(InputError) as refused:
        read(source, name)
    remedy = "Save the transcript as plain text (UTF-8) or .docx."
    assert str(refused.value) == f"{tmp_path / name}: this is not a text file. {remedy}"


@pytest.mark.parametrize("source", [b"", b" \n\t\r\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF8 + b"\n"])
def test_an_empty_file_is_refused(read: Read, tmp_path: Path, source: bytes):
    """A file without a word, byte order mark or not, is called empty."""
    with pytest.raises(InputError) as refused:
        read(source)
    assert str(refused.value) == f"{tmp_path / 'talk.txt'}: the file is empty. Export the transcript again."


@pytest.mark.parametrize(("name", "called"), [("talk.rtf", ".rtf"), ("talk", "files without a suffix")])
def test_an_unknown_format_is_refused(read: Read, tmp_path: Path, name: str, called: str):
    """A format without a reader is refused with the list of those that have one."""
    with pytest.raises(UnknownName) as refused:
        read("Client: Yes.\n", name)
    known = "Known: .txt, .md, .csv, .tsv, .docx, .vtt."
    assert str(refused.value) == f"{tmp_path / name}: no reader for '{called}'. {known}"


def test_a_missing_file_is_refused(tmp_path: Path):
    """A file that cannot be read is refused with the system's reason."""
    with pytest.raises(InputError, match=r"gone\.txt: cannot be read \(No such file or directory\)\. Check the name"):
        read_transcript(tmp_path / "gone.txt", Placement())


def test_a_transcript_knows_where_it_came_from(read: Read):
    """Name, source and both hashes are of the file and of the frozen text."""
    source = b"\xef\xbb\xbfClient: Yes.\r\n"
    found = read(source, "d1_s3.TXT")
    assert (found.name, found.source_name) == ("d1_s3", "d1_s3.TXT")
    assert found.source_sha256 == hashlib.sha256(source).hexdigest()
    assert found.text_sha256 == hashlib.sha256(b"Client: Yes.\n").hexdigest()


# ------------------------------------------------------------------ Word


def saved(document: "docx.document.Document") -> bytes:
    """Return a Word document's bytes."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_body(*elements: str) -> bytes:
    """Return a Word document with these pieces of WordprocessingML as its body."""
    document = docx.Document()
    for element in elements:
        document.element.body.insert(-1, parse_xml(element.replace(">", f" {WORDML}>", 1)))
    return saved(document)


def run_xml(words: str) -> str:
    """Return a run of words in WordprocessingML."""
    return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'


def test_word_paragraphs_are_paragraphs(read: Read):
    """Paragraphs and line breaks of a Word document are read as in plain text."""
    document = docx.Document()
    document.add_paragraph("Client: Yes.\nAnd yes.")
    document.add_paragraph("More.")
    document.add_paragraph().add_run("Interviewer:").bold = True
    document.paragraphs[-1].add_run("\tNo.")
    found = read(saved(document), "talk.docx")
    assert spoken(found) == [("Client", "Yes.\nAnd yes.\n\nMore."), ("Interviewer", "No.")]


def test_word_headings_are_headings(read: Read):
    """A paragraph styled as heading or title is a heading however it is written."""
    document = docx.Document()
    document.add_heading("Interview of May", level=0)
    document.add_paragraph("Client: Yes.")
    document.add_heading("Field note", level=2)
    document.add_paragraph("She was tired.")
    found = read(saved(document), "talk.docx")
    assert [name for name, _ in spoken(found)] == ["note", "Client", "note"]


def test_a_word_table_of_two_columns_gives_turns(read: Read):
    """A row of speaker and words is a turn; a second paragraph in the cell belongs to it."""
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for row, (name, words) in zip(table.rows, [("Client:", "Yes.\nAnd."), ("Interviewer", "No.")], strict=True):
        row.cells[0].text, row.cells[1].text = name, words
    table.rows[0].cells[1].add_paragraph("More.")
    found = read(saved(document), "talk.docx")
    assert spoken(found) == [("Client", "Yes.\nAnd.\nMore."), ("Interviewer", "No.")]


def test_a_table_inside_a_word_table_is_read_once(read: Read):
    """The words of a nested table are not doubled."""
    document = docx.Document()
    cell = document.add_table(rows=1, cols=2).rows[0].cells
    cell[0].text, cell[1].text = "Client", "Before."
    cell[1].add_table(1, 1).cell(0, 0).text = "Inner."
    assert spoken(read(saved(document), "talk.docx")) == [("Client", "Before.\nInner.")]


def test_content_controls_are_read(read: Read):
    """Words inside content controls, around paragraphs and within a line, are words like others."""
    source = with_body(
        f"<w:sdt><w:sdtPr/><w:sdtContent><w:p>{run_xml('Client: Yes.')}</w:p></w:sdtContent></w:sdt>",
        f"<w:p>{run_xml('Interviewer: ')}<w:sdt><w:sdtContent>{run_xml('No.')}</w:sdtContent></w:sdt></w:p>",
    )
    assert spoken(read(source, "talk.docx")) == [("Client", "Yes."), ("Interviewer", "No.")]


def test_tracked_changes_are_read_as_accepted(read: Read):
    """Inserted and moved-in words stay, deleted and moved-out words go."""
    source = with_body(
        f"<w:p>{run_xml('Client: I was ')}<w:ins>{run_xml('very ')}</w:ins>"
        "<w:del><w:r><w:delText>a bit </w:delText></w:r></w:del>"
        f"<w:moveFrom>{run_xml('here ')}</w:moveFrom>{run_xml('late ')}<w:moveTo>{run_xml('there.')}</w:moveTo></w:p>"
    )
    assert spoken(read(source, "talk.docx")) == [("Client", "I was very late there.")]


def test_a_word_link_keeps_its_words(read: Read):
    """Words of a hyperlink are part of the sentence."""
    source = with_body(
        f"<w:p>{run_xml('Client: Look ')}<w:hyperlink>{run_xml('here')}</w:hyperlink>{run_xml('.')}</w:p>"
    )
    assert spoken(read(source, "talk.docx")) == [("Client", "Look here.")]


def zip_of(name: str, words: str) -> bytes:
    """Return a zip archive with one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, words)
    return out.getvalue()


def damaged() -> bytes:
    """Return a Word document whose compressed words are broken, the archive's list being whole."""
    document = docx.Document()
    for n in range(200):
        document.add_paragraph(f"Client: Sentence {n}.")
    source = bytearray(saved(document))
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        entry = archive.getinfo("word/document.xml")
    begin = entry.header_offset + 30 + len(entry.filename)
    for n in range(begin, begin + 60):
        source[n] ^= 0xFF
    return bytes(source)


@pytest.mark.parametrize(
    "source",
    [b"Client: Yes.", b"PK\x03\x04 cut short", zip_of("a.txt", "Client: Yes."), damaged()],
    ids=["plain text", "half a zip", "another zip", "damaged"],
)
def test_a_file_that_is_no_word_document_is_refused(read: Read, tmp_path: Path, source: bytes):
    """Whatever is not a whole Word document is refused in one line."""
    with pytest.raises(InputError) as refused:
        read(source, "talk.docx")
    what = "this is not a Word document. Save it again as .docx or as plain text."
    assert str(refused.value) == f"{tmp_path / 'talk.docx'}: {what}"


def test_a_word_document_without_marks_is_refused(read: Read, tmp_path: Path):
    """A Word document in which no speaker is marked gets the same remedy as a text."""
    document = docx.Document()
    document.add_paragraph("Just words.")
    with pytest.raises(InputError) as refused:
        read(saved(document), "talk.docx")
    assert str(refused.value) == f"{tmp_path / 'talk.docx'}: {NO_SPEAKER}"


# ------------------------------------------------------------------ tables


@pytest.mark.parametrize(
    ("name", "delimiter"), [("talk.csv", ","), ("talk.csv", ";"), ("talk.csv", "\t"), ("talk.tsv", "\t")]
)
def test_a_table_is_read_by_its_delimiter(read: Read, name: str, delimiter: str):
    """Comma, semicolon and tab are told apart by the header; other ones stay words."""
    other = ";" if delimiter == "," else ","
    source = f"speaker|text\nClient|Yes{other} yes.\nInterviewer|No.\n".replace("|", delimiter)
    assert spoken(read(source, name)) == [("Client", f"Yes{other} yes."), ("Interviewer", "No.")]


def test_columns_can_be_named(read: Read):
    """--column says which column holds what; case and outer spaces of names do not matter."""
    source = "Nr,Who, Said \n3,Client,Yes.\n"
    found = read(source, "talk.csv", columns={"text": "said", "speaker": "WHO", "moment": "nr"})
    assert (spoken(found), moments_of(found)) == ([("Client", "Yes.")], [3])


def test_a_column_that_is_missing_is_refused(read: Read, tmp_path: Path):
    """A column named but not there is refused with those that are."""
    with pytest.raises(InputError) as refused:
        read("who,said\nClient,Yes.\n", "talk.csv", columns={"text": "Utterance"})
    assert str(refused.value) == f"{tmp_path / 'talk.csv'}: there is no column 'Utterance'. There is: who, said."


def test_a_table_without_a_text_column_is_refused(read: Read, tmp_path: Path):
    """Where no column is known to hold the words, the remedy names the option and the columns."""
    with pytest.raises(InputError) as refused:
        read("who,said\nClient,Yes.\n", "talk.csv")
    what = "no column holds the text. Name it with --column text=NAME; there is: who, said."
    assert str(refused.value) == f"{tmp_path / 'talk.csv'}: {what}"


def test_a_moment_that_is_no_number_is_refused(read: Read, tmp_path: Path):
    """A moment that is no number is refused with file and line."""
    with pytest.raises(InputError) as refused:
        read('speaker,moment,text\nClient,1,"Yes,\nyes."\nClient,first,No.\n', "talk.csv")
    what = "the moment 'first' is not a number. Number the moments from 1."
    assert str(refused.value) == f"{tmp_path / 'talk.csv'}:4: {what}"


@pytest.mark.parametrize("sign", "=+-@")
def test_a_defused_cell_loses_its_apostrophe(read: Read, sign: str):
    """The apostrophe that keeps a spreadsheet from calculating is no part of the words; others are."""
    found = read(f"speaker,text\nClient,'{sign}1 of us\nInterviewer,'twas\n", "talk.csv")
    assert spoken(found) == [("Client", f"{sign}1 of us"), ("Interviewer", "'twas")]


def test_rows_of_one_speaker_are_one_turn(read: Read):
    """Rows of one speaker that follow each other are one turn; rows without words are left out."""
    found = read("speaker,text\nClient,Yes.\nInterviewer,\nClient,And.\nInterviewer,No.\n", "talk.csv")
    assert spoken(found) == [("Client", "Yes.\n\nAnd."), ("Interviewer", "No.")]


def test_a_new_moment_ends_the_turn_of_a_table(read: Read):
    """Rows of one speaker in two moments are two turns."""
    found = read("speaker,moment,text\nClient,1,Yes.\nClient,2,And.\n", "talk.csv")
    assert (spoken(found), moments_of(found)) == ([("Client", "Yes."), ("Client", "And.")], [1, 2])


def test_a_row_without_a_moment_is_outside_moments(read: Read):
    """An empty moment cell after a moment means that the talk is outside it."""
    found = read("speaker,moment,text\nClient,1,Yes.\nInterviewer,,No.\n", "talk.csv")
    assert moments_of(found) == [1, None]


def test_a_table_without_speakers_needs_a_rule(read: Read):
    """A table of words alone is read with the rule *, one turn a row."""
    found = read("text\nYes.\nNo.\n", "talk.csv", roles=EVERYONE)
    assert spoken(found) == [("participant", "Yes."), ("participant", "No.")]


@pytest.mark.parametrize("source", ["text\nYes.\nWell, no.\n", "speaker,text\nClient,Yes.\nClient,Well, no.\n"])
def test_a_row_with_too_many_cells_is_refused(read: Read, source: str):
    """Words after a comma that nobody quoted are refused with the line, never lost."""
    with pytest.raises(InputError, match=r"talk\.csv:3: "):
        read(source, "talk.csv", roles=EVERYONE)


# ------------------------------------------------------------------ captions


def captions(*cues: str) -> str:
    """Return WebVTT with one cue a second."""
    timed = [f"00:{n:02}.000 --> 00:{n + 1:02}.000\n{cue}\n" for n, cue in enumerate(cues)]
    return "\n".join(["WEBVTT\n", *timed])


def test_voice_tags_are_speakers(read: Read):
    """<v Name> opens a turn, also twice in one cue and with a class."""
    found = read(captions("<v Client>Yes.", "<v.loud Interviewer>No.</v> <v Client>Well."), "talk.vtt")
    assert spoken(found) == [("Client", "Yes."), ("Interviewer", "No."), ("Client", "Well.")]


def test_names_in_captions_are_speakers(read: Read):
    """Name: opens a turn; cues without a name go on with the one who speaks; times are no words."""
    found = read(captions("Client: Yes", "and yes.", "Interviewer: No."), "talk.vtt")
    assert spoken(found) == [("Client", "Yes\n\nand yes."), ("Interviewer", "No.")]


def test_cues_of_one_voice_are_one_turn(read: Read):
    """Cues of one voice that follow each other are one turn."""
    found = read(captions("<v Client>Yes", "<v Client>and\nyes."), "talk.vtt")
    assert spoken(found) == [("Client", "Yes\n\nand yes.")]


def test_entities_and_tags_of_captions_become_words(read: Read):
    """Entities are read as the signs they stand for; bold, italics and inner times are dropped."""
    found = read(captions("<v O&apos;Neil>a &lt;b&gt; &amp; <i>c</i> <00:00:01.000>d"), "talk.vtt")
    assert spoken(found) == [("O'Neil", "a <b> & c d")]


def test_two_names_in_one_cue_are_two_turns(read: Read):
    """A second speaker on the second line of a cue is not put into the first one's mouth."""
    found = read(captions("Client: Yes.\nInterviewer: No."), "talk.vtt")
    assert spoken(found) == [("Client", "Yes."), ("Interviewer", "No.")]


def test_a_name_alone_in_a_cue_opens_the_next_one(read: Read):
    """A name in a cue of its own is the speaker of the cue that follows."""
    found = read(captions("Interviewer: No.", "Client:", "Yes."), "talk.vtt")
    assert spoken(found) == [("Interviewer", "No."), ("Client", "Yes.")]


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("WEBVTT\n", "there are no captions in it"),
        ("WEBVTT\n\nNOTE nothing here\n", "there are no captions in it"),
        ("Client: Yes.\n", "this is not WebVTT (Invalid format)"),
    ],
)
def test_captions_without_words_are_refused(read: Read, tmp_path: Path, source: str, what: str):
    """A file without cues, or that is no WebVTT, is refused in one line."""
    with pytest.raises(InputError) as refused:
        read(source, "talk.vtt")
    assert str(refused.value) == f"{tmp_path / 'talk.vtt'}: {what}. Export the captions again."


# ------------------------------------------------------------------ passages


def pieces(text: str) -> list[str]:
    """Return the words of the passages of a text."""
    return [text[start:end] for start, end in cut_passages(text, 0, len(text))]


def test_a_short_turn_is_one_passage():
    """A turn of 600 characters is not cut."""
    assert pieces("a" * PASSAGE_LENGTH) == ["a" * PASSAGE_LENGTH]


@pytest.mark.parametrize("end", [".", "!", "?", "…", '."', ".”)"])
def test_a_passage_ends_with_a_sentence(end: str):
    """A long turn is cut after the last sentence end that fits, closing quotation marks included."""
    first = "One two. " + "a " * 200 + "b" + end
    assert pieces(f"{first} {'c ' * 200}c") == [first, "c " * 200 + "c"]


def test_a_passage_without_a_sentence_end_is_cut_at_white_space():
    """Where no sentence ends, the cut is made at the last white space that fits."""
    assert pieces("word " * 150) == [("word " * 120).strip(), "word " * 30]


def test_a_passage_without_white_space_is_cut_hard():
    """Where there is no white space the cut is made after 600 characters."""
    assert [len(piece) for piece in pieces("a" * 1500)] == [600, 600, 300]


def test_white_space_is_no_passage():
    """A stretch that begins with much white space gives no passage without words."""
    assert pieces(" " * 700 + "a") == ["a"]


# ------------------------------------------------------------------ properties

ANY_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60)
WORDS = ANY_TEXT.filter(lambda words: bool(words.strip()))
LINES = st.lists(st.tuples(st.sampled_from(["Client", "Video Therapist", "I", "P8"]), WORDS), min_size=1, max_size=8)
LONG_TEXT = st.lists(st.tuples(st.text(max_size=12), st.integers(1, 150)), max_size=8).map(
    lambda parts: "".join(part * times for part, times in parts).strip()
)


@settings(deadline=None)
@given(lines=LINES, gap=st.sampled_from(["\n", "\n\n", "\r\n"]))
@example(lines=[("P8", "WELL WELL")], gap="\n")
def test_turns_slice_back_to_words(lines: list[tuple[str, str]], gap: str):
    """For any text of speaker lines the turns are the words without marks, in order, without overlap."""
    source = gap.join(f"{label}: {words}" for label, words in lines)
    reading = read_text(source.encode(), "talk.txt", ReadOptions(labels=KNOWN_LABELS))
    turns = assemble(reading, (), "talk.txt")
    found = [(turn.speaker.name, reading.text[turn.start : turn.end]) for turn in turns]
    assert found == [(label, words.strip()) for label, words in lines]
    assert all(one.end <= other.start for one, other in itertools.pairwise(turns))


@settings(deadline=None)
@given(text=LONG_TEXT)
@example(text="\N{OGHAM SPACE MARK}".join(["𝔘" * 299] * 5))
def test_passages_lose_nothing_but_white_space(text: str):
    """For any turn passages are at most 600 code points, in order, and leave only white space out."""
    spans = list(cut_passages(text, 0, len(text)))
    assert all(0 < end - start <= PASSAGE_LENGTH for start, end in spans)
    edges = [0, *itertools.chain.from_iterable(spans), len(text)]
    assert edges == sorted(edges)
    assert not "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)).strip()


@settings(deadline=None)
@given(text=LONG_TEXT, before=ANY_TEXT, after=ANY_TEXT)
def test_passages_depend_on_their_turn_alone(text: str, before: str, after: str):
    """The same turn is cut at the same places wherever it stands in a transcript."""
    alone = list(cut_passages(text, 0, len(text)))
    inside = cut_passages(before + text + after, len(before), len(before) + len(text))
    assert [(start - len(before), end - len(before)) for start, end in inside] == alone
