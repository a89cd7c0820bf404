"""Cut turns into utterances with spaCy and an own boundary component. The home of spacy."""

import gc
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import repeat

from .corpus import Token, Utterance

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

# spaCy's time grows with the square of a run without a blank (a line of emoji), so such a run is cut.
_UNBROKEN_RUN = re.compile(r"\S{200}")
_UNBROKEN = re.compile(r".*?\S{200}|.+", re.DOTALL)


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


class _Words:
    """spaCy's tokenizer, with what is known of a word looked up once for each distinct word."""

    def __init__(self) -> None:
        with _without_torch():
            import spacy
        from spacy.attrs import ORTH, SPACY
        from spacy.lookups import load_lookups

        nlp = spacy.blank("en")
        self._tokenizer, self._strings = nlp.tokenizer, nlp.vocab.strings
        self._lemmas = load_lookups("en", ["lemma_lookup"]).get_table("lemma_lookup")
        self._attributes = [ORTH, SPACY]
        self._known: dict[int, tuple[str, str, str]] = {}
        gc.freeze()  # what spaCy loaded stays: no collection of garbage needs to walk it again

    def of(self, text: str) -> Iterator[tuple[tuple[str, str, str], bool]]:
        """Yield (text, lower, lemma) of each token, and whether a blank follows; white space has no lower."""
        known, look_up = self._known, self._look_up
        for piece in _UNBROKEN.findall(text) if _UNBROKEN_RUN.search(text) else [text]:
            keys, blanks = self._tokenizer(piece).to_array(self._attributes).T.tolist()
            for key, is_before_blank in zip(keys, blanks, strict=True):
                yield known.get(key) or look_up(key), is_before_blank

    def _look_up(self, key: int) -> tuple[str, str, str]:
        text = self._strings[key]
        lower = "" if text.isspace() else text.lower()
        known = text, lower.replace("’", "'"), str(self._lemmas.get(lower, lower)).lower()
        self._known[key] = known
        return known


_words = cache(_Words)


def segment(turns: Iterable[str], *, starts: Iterable[int] | None = None) -> Iterator[list[Utterance]]:
    """Cut each turn's text into utterances; outer white space is excluded.

    Spans are code points of the turn's text, or of its transcript when ``starts`` says where each turn begins
    there. The same text always gives the same utterances; time is linear in its length.
    """
    for text, start in zip(turns, repeat(0) if starts is None else starts, strict=starts is not None):
        yield [_utterance(text, start, tokens) for tokens in _sentences(text, start)]


def _sentences(text: str, shift: int) -> Iterator[list[Token]]:
    ends, end = sentence_ends(text), 0
    tokens: list[Token] = []
    start = 0
    for (word, lower, lemma), is_before_blank in _words().of(text):
        after = start + len(word)
        if lower:
            if start >= end:
                if tokens:
                    yield tokens
                tokens, end = [], next(ends, len(text))
            tokens.append(Token(word, lower, lemma, start + shift, after + shift))
        start = after + is_before_blank
    if tokens:
        yield tokens


def _utterance(text: str, shift: int, tokens: list[Token]) -> Utterance:
    start, end = tokens[0].start, tokens[-1].end
    words = text[start - shift : end - shift]
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
