"""Where lexicons come from: the shipped five, a person's own files, a word list of another program."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .errors import InputError, LexiconError, UnknownName
from .evidence import POLES, Example, Lexicon, Term
from .lexicon import lexicon_files, read_lexicons
from .material import did_you_mean
from .proofing import spelt_as_tokens, superseding
from .readers.wordlists import Entry, WordList, read_word_lists
from .resources import shipped

FIVE, NONE = "five", "none"
_USUAL = {"pole": "present", "cue": "named"}
UNJUDGED = 0.3  # two hits of this weight suggest, one does not

_REMARK = """\
Imported from {source}. Before you use it:
- write the definition: what the theme covers here, and what it does not;
- judge the weights: of a hundred utterances with this term, how many are about the theme?
- write examples and counter-examples; they teach the meaning model what words alone miss.
The format stands in lexicons/README.md; 'assistcode lexicon check' says what to look at."""


def source_path(source: str) -> Path:
    """Return the folder or file of a source: ``five`` are the shipped ones."""
    return shipped("lexicons") if source == FIVE else Path(source)


def resolved(sources: Sequence[str]) -> list[str]:
    """Return the sources as a study keeps them: folders and files by their whole path; no source is none."""
    return [one if one in {FIVE, NONE} else str(Path(one).resolve()) for one in sources] or [NONE]


def read_sources(sources: Sequence[str]) -> dict[str, Lexicon]:
    """Read the lexicons of several sources: five, none, folders and files.

    Raises LexiconError for a broken file, and for a theme that two sources bring.
    """
    found: dict[str, Lexicon] = {}
    origin: dict[str, str] = {}
    for source in sources:
        if source == NONE:
            if len(sources) > 1:
                raise LexiconError("--lexicons none", "it stands beside others", "Leave it out.")
            return {}
        for name, lexicon in read_lexicons(source_path(source)).items():
            if name.casefold() in origin:
                what = f"the theme '{name}' is also in {origin[name.casefold()]}"
                raise LexiconError(source, what, "Give one of the two another name, or leave its source out.")
            found[name], origin[name.casefold()] = lexicon, source
    return found


def source_files(sources: Sequence[str]) -> list[Path]:
    """Return the lexicon files of several sources."""
    return [path for source in sources for path in lexicon_files(source_path(source))]


@dataclass(frozen=True, slots=True)
class Adopted:
    """A lexicon made of a word list; ``left_out`` says of every entry that did not come along why."""

    path: Path
    lexicon: Lexicon
    left_out: tuple[str, ...]


def import_word_lists(
    source: Path, folder: Path, *, names: Sequence[str] = (), language: str = "en", weight: float = UNJUDGED
) -> list[Adopted]:
    """Write a lexicon for each category of a word list into a folder; all or none, and none over another file.

    ``names`` are the categories to take (none: all); of a list of one theme, what it is called. ``weight``
    (above 0, at most 1) is given to terms that come without one.
    """
    if not 0 < weight <= 1:
        raise InputError("--weight", f"the weight is {weight:g}", "Give a number above 0 and at most 1.")
    lists = _chosen(source, read_word_lists(source), names)
    adopted = [_adopt(source, folder, one, language=language, weight=weight) for one in lists]
    _write(adopted, folder, _REMARK.format(source=source.name))
    return adopted


def _chosen(source: Path, lists: list[WordList], names: Sequence[str]) -> list[WordList]:
    """Return the word lists asked for. Raises UnknownName for one the file has not."""
    if [one.name for one in lists] == [""]:
        if len(names) > 1:
            raise InputError(str(source), "it holds one theme", "Give one --name.")
        return [WordList(names[0] if names else source.stem, lists[0].entries)]
    known = {one.name.casefold(): one for one in lists}
    for name in names:
        if name.casefold() not in known:
            what = f"there is no category '{name}'"
            raise UnknownName(str(source), what, did_you_mean(name, [one.name for one in lists]))
    return [known[name.casefold()] for name in names] or lists


def _adopt(source: Path, folder: Path, words: WordList, *, language: str, weight: float) -> Adopted:
    name = re.sub(r"\W+", "_", words.name.lower()).strip("_")
    if not name:
        raise InputError(str(source), f"'{words.name}' is no name for a theme", "Use letters; give --name.")
    about = words.name.replace("_", " ").strip()
    entries, left_out = _usable(words.entries, weight)
    terms = tuple(entries)
    lexicon = Lexicon(
        name=name,
        title=about.capitalize(),
        definition=f"To be written: what {about} covers here, and what it does not.",
        language=language,
        terms=terms,
        sources=(f"Imported from {source.name}, category {about}.",),
    )
    hidden = dict(superseding(lexicon))
    left_out += [_left_out(entries[term], f"'{other.text}' finds it too") for term, other in hidden.items()]
    kept = tuple(term for term in terms if term not in hidden)
    if not kept:
        what = f"no term of '{words.name}' can be used"
        raise InputError(str(source), what, " ".join([*left_out[:1], "Mend the list, or choose others with --name."]))
    return Adopted(folder / f"{name}.toml", replace(lexicon, terms=kept), tuple(left_out))


def _usable(entries: Sequence[Entry], weight: float) -> tuple[dict[Term, Entry], list[str]]:
    """Return the terms of a list in its order with their entries, and of every other entry why it was left out."""
    terms: dict[Term, Entry] = {}
    texts: set[str] = set()
    left_out = []
    for entry in entries:
        reason = _why_not(entry)
        if not reason:
            term = _term(entry, weight)
            reason = "it is there twice" if term.text in texts else ""
        if reason:
            left_out.append(_left_out(entry, reason))
        else:
            terms[term] = entry
            texts.add(term.text)
    return terms, left_out


def _left_out(entry: Entry, reason: str) -> str:
    return f"{entry.where}: '{entry.text}' left out: {reason}."


def _why_not(entry: Entry) -> str:
    """Return why an entry cannot become a term; "" where it can."""
    text, is_stem = _bare(entry)
    parts = text.split() or ["*"]
    has_loose_star = "*" in {parts[0], parts[-1]} or any("*" in part and part != "*" for part in parts)
    reasons = {
        "it has no letters": not any(char.isalnum() for char in text),
        "a condition in brackets is not known here": re.search(r"[()<>\[\]]", text) is not None,
        "a * stands at the end of a single word, or alone inside a phrase": has_loose_star,
        "the beginning of a word must be one token": is_stem and spelt_as_tokens(text, is_stem=True) is not None,
        f"its weight is {entry.weight}, not above 0 and at most 1": not _is_weight(entry.weight or "1"),
        f"its pole is {entry.pole}, not {' or '.join(POLES)}": (entry.pole.lower() or POLES[0]) not in POLES,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _bare(entry: Entry) -> tuple[str, bool]:
    """Return an entry's words as they stand in a lexicon, and whether it is the beginning of a word."""
    text = " ".join(entry.text.lower().replace("’", "'").split())
    is_stem = text.endswith("*") and text.count(" ") == 0
    return (text[:-1] if is_stem else text), is_stem


def _is_weight(text: str) -> bool:
    try:
        return 0 < float(text) <= 1
    except ValueError:
        return False


def _term(entry: Entry, weight: float) -> Term:
    text, is_stem = _bare(entry)
    if not is_stem:
        text = spelt_as_tokens(text) or text
    kind = "stem" if is_stem else "phrase" if " " in text else "word"
    pole = entry.pole.lower() or POLES[0]
    return Term(kind, text, float(entry.weight or weight), pole, note=" ".join(entry.note.split()))


def _write(adopted: Sequence[Adopted], folder: Path, remark: str) -> None:
    """Write every lexicon to a new file; when one cannot be written none stays."""
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in adopted:
            with one.path.open("x", encoding="utf-8", newline="\n") as file:
                made.append(one.path)
                file.write(written(one.lexicon, remark=remark))
    except OSError as error:
        for path in made:
            path.unlink()
        what = (
            "there is a file already" if isinstance(error, FileExistsError) else f"cannot be written ({error.strerror})"
        )
        where = error.filename or str(folder)
        raise LexiconError(
            str(where), what, "Choose another folder, or another --name. Nothing was written."
        ) from error


def written(lexicon: Lexicon, *, remark: str = "") -> str:
    """Return a lexicon as the text of a file, one term a line; ``remark`` is a comment at its head.

    The same lexicon always gives the same text; ``read_lexicon`` reads it back.
    """
    comment = [f"# {line}" for line in remark.splitlines()]
    head = [f"{key} = {_quoted(getattr(lexicon, key))}" for key in ("name", "language", "title", "definition")]
    sources = f"sources = [{', '.join(map(_quoted, lexicon.sources))}]"
    terms = [f"  {_table(term.kind, term.text, term, ('weight', 'pole', 'cue', 'note'))}," for term in lexicon.terms]
    examples = [f"  {_table('text', one.text, one, ('pole', 'voice', 'why'))}," for one in lexicon.examples]
    counter = [f"  {_table('text', one.text, one, ('voice', 'why'))}," for one in lexicon.counter_examples]
    lists = [
        line
        for name, lines in (("terms", terms), ("examples", examples), ("counter_examples", counter))
        for line in ([f"{name} = [", *lines, "]"] if lines else [f"{name} = []"])
    ]
    return "\n".join([*comment, *head, sources, f"threshold = {lexicon.threshold:g}", *lists]) + "\n"


def _table(key: str, text: str, entry: Term | Example, fields: Sequence[str]) -> str:
    """Return one entry as an inline table; what has its usual value is left out."""
    said = {key: text} | {
        name: value for name in fields if (value := getattr(entry, name)) not in {"", _USUAL.get(name)}
    }
    pairs = (
        f"{name} = {value:g}" if isinstance(value, float) else f"{name} = {_quoted(value)}"
        for name, value in said.items()
    )
    return f"{{ {', '.join(pairs)} }}"


def _quoted(text: str) -> str:
    """Return a text as a TOML string; the escapes of JSON are among those of TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
