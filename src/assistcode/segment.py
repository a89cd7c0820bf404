"""Cut turns into utterances with spaCy and an own boundary component. The home of spacy."""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import TYPE_CHECKING

from .corpus import Token, Utterance

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_MARK = r"(?:\[[^\]\n]{0,200}\]|\([^()\n]{1,40}\))"
_END = re.compile(
    r"(?P<stop>(?<![.!?…])[.!?…]++)(?P<close>[\"'”’»)\]]*)(?P<marks>(?:\s*"
    + _MARK
    + r"(?=\s|$))*)(?=\s|$)|(?P<blank>\n[ \t]*\n\s*)"
)
_WORD = re.compile(r"\w")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'“‘])(?:dr|mr|mrs|ms|prof|st|sr|jr|rev|hon|e\.g|i\.e|cf|vs|approx|etc|fig|dept|p\.m|a\.m"
    r"|u\.k|u\.s|ph\.d|b\.a|m\.a|no|vol|pp|min|sec|tel|ext|ca|[A-Z]|(?:[A-Z]\.)+[A-Z])$",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?:^|[\s(\[\"'“‘])(?:dr|mr|mrs|ms|prof|st|rev|hon|e\.g|i\.e|cf|vs|approx|fig)$", re.IGNORECASE)
_LIST_NUMBER = re.compile(r"(?:^|\n)\s*(?:\d{1,2}|[A-Za-z])$")
_BACK_CHANNEL = re.compile(
    r"(?:\W|\b(?:m+|m+h?m+|mhm|hm+|uh|huh|uh-huh|um|eh|er|ah|oh|ye+ah?|yep|yes|no|nope|nah|ok|okay|right|sure|exactly"
    r"|true|well|so|aye|i see|of course|you know|laughs?|cries|sighs|pause|long pause|clears throat)\b)++",
    re.IGNORECASE,
)


def sentence_ends(text: str) -> Iterator[int]:
    """Yield where an utterance ends: after its stop, closing quotes and the non-verbal marks that follow.

    A pause (…) goes on before a small letter and before "I"; a quoted question goes on when a small letter
    follows; titles, initials and list numbers end nothing; a blank line always ends.
    """
    last_word = next((i + 1 for i in range(len(text) - 1, -1, -1) if text[i].isalnum()), 0)
    has_word, read = False, 0
    for found in _END.finditer(text):
        has_word = has_word or _WORD.search(text, read, found.end()) is not None
        read = found.end()
        if not has_word or read >= last_word:
            continue  # a mark, a cut or an emoji by itself stays with its neighbour
        if found["blank"] is not None or _ends(text, found):
            has_word = False
            yield found.start() if found["blank"] is not None else found.end()


def _ends(text: str, found: re.Match[str]) -> bool:
    before = text[max(0, found.start() - 40) : found.start()]
    after = text[found.end() : found.end() + 200].lstrip()
    stop, is_small = found["stop"], after[:1].islower()
    if stop == "." and _LIST_NUMBER.search(before):
        return False
    if stop == "." and _ABBREVIATION.search(before):
        return not is_small and not _TITLE.search(before) and _abbreviation_may_end(before, after)
    if "…" in stop or ".." in stop:
        return bool(set(stop) & {"!", "?"}) or not (is_small or re.match(r"I\b", after))
    return not (is_small and found["close"])


def _abbreviation_may_end(before: str, after: str) -> bool:
    word = re.split(r"[\s(\[\"'“‘]", before)[-1]
    if word.lower() == "no":
        return not after[:1].isdigit()
    return word == "I" or not (len(word) == 1 or re.fullmatch(r"(?:[A-Z]\.)+[A-Z]", word))


@contextmanager
def _without_torch() -> Iterator[None]:
    """Keep spaCy from loading torch on import: a blank pipeline does not use it, and it costs seconds."""
    if "torch" in sys.modules:
        yield
        return
    sys.modules["torch"] = None  # type: ignore[assignment]  # makes "import torch" fail, which spaCy allows for
    try:
        yield
    finally:
        del sys.modules["torch"]


@cache
def _pipeline(name: str | None) -> "Language":
    import numpy as np

    with nullcontext() if name else _without_torch():
        import spacy
    from spacy.attrs import SENT_START
    from spacy.language import Language

    def utterance_boundaries(doc: "Doc") -> "Doc":
        text = doc.text
        ends = sentence_ends(text)
        end = 0
        starts = np.full((len(doc), 1), -1, np.int64)
        for i, token in enumerate(doc):
            if not token.is_space and token.idx >= end:
                starts[i] = 1
                end = next(ends, len(text))
        return doc.from_array([SENT_START], starts.view(np.uint64))  # type: ignore[arg-type]  # spaCy's own array type

    def lemmas_of_capitals(doc: "Doc") -> "Doc":
        for token in doc:
            if not token.is_lower:
                token.lemma_ = str(lookup.get(token.lower_, token.lower_))
        return doc

    for component in (utterance_boundaries, lemmas_of_capitals):
        Language.component(component.__name__, func=component)
    if name is not None:
        nlp = spacy.load(name, exclude=["parser", "senter", "ner"])
    else:
        nlp = spacy.blank("en")
        nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
        nlp.initialize()
        lookup = nlp.get_pipe("lemmatizer").lookups.get_table("lemma_lookup")  # type: ignore[attr-defined]  # it has
        nlp.add_pipe("lemmas_of_capitals")
    nlp.max_length = 50_000_000
    nlp.add_pipe("utterance_boundaries", last=True)
    return nlp


def segment(turns: Iterable[str], *, pipeline: str | None = None) -> Iterator[list[Utterance]]:
    """Cut each turn's text into utterances; spans are code points of that text, outer white space excluded.

    ``pipeline`` names an installed trained spaCy pipeline for tokens and lemmas; the boundaries stay ours.
    The same text always gives the same utterances.
    """
    for doc in _pipeline(pipeline).pipe(turns, batch_size=64):
        text = doc.text
        yield [_utterance(text, sentence) for sentence in _sentences(doc)]


def _sentences(doc: "Doc") -> Iterator[list[Token]]:
    tokens: list[Token] = []
    for token in doc:
        if token.is_sent_start and tokens:
            yield tokens
            tokens = []
        if not token.is_space:
            tokens.append(Token(token.text, token.lemma_.lower(), token.idx, token.idx + len(token.text)))
    if tokens:
        yield tokens


def _utterance(text: str, tokens: list[Token]) -> Utterance:
    start, end = tokens[0].start, tokens[-1].end
    words = text[start:end]
    return Utterance(start, end, words, tuple(tokens), codable=not is_back_channel(words))


def is_back_channel(text: str) -> bool:
    """Whether an utterance only keeps the talk going ("mm", "yeah, right"): kept, never suggested on."""
    return _BACK_CHANNEL.fullmatch(text) is not None


def words_of(text: str) -> list[Token]:
    """Return the tokens of a short text, all utterances joined."""
    return [token for utterances in segment([text]) for utterance in utterances for token in utterance.tokens]


def base_forms() -> dict[str, str]:
    """Return the look-up table of base forms, English, in lower case: some 41,000 inflected forms."""
    with _without_torch():
        from spacy.util import load_language_data, registry

    table = dict(load_language_data(registry.lookups.get("en")["lemma_lookup"]))
    return {word.lower(): base.lower() for word, base in table.items()}
