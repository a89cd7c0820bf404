"""Captions (.vtt): cues with a voice tag ("<v Anna>") or "Anna:" before the words."""

import html
import io
import re
from collections.abc import Iterator

from ..errors import InputError
from .marks import Reading, ReadOptions, lay_out, split_labels
from .text import decode

_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG = re.compile(r"</?[^>\n]*>")


def read_vtt(source: bytes, where: str, options: ReadOptions) -> Reading:
    """Read WebVTT; cues of one speaker that follow each other become one turn, times are left out."""
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    text = decode(source, where)
    try:
        captions = webvtt.from_buffer(io.StringIO(text), format="vtt").captions
    except (MalformedFileError, MalformedCaptionError) as error:
        raise InputError(where, f"this is not WebVTT ({error})", "Export the captions again.") from error
    spoken = [part for caption in captions for part in _parts(caption.raw_text)]
    if not spoken:
        raise InputError(where, "there are no captions in it", "Export the captions again.")
    return lay_out(_rows(spoken, options.labels))


def _rows(spoken: list[tuple[str, str]], labels: frozenset[str]) -> Iterator[tuple[str, int | None, str]]:
    """Give each line its voice: the tag's, else a name before its words; a name alone speaks the lines below."""
    alone = ""
    unmarked = split_labels([words for _, words in spoken], labels)
    for (voice, words), (label, rest) in zip(spoken, unmarked, strict=True):
        if voice:
            yield voice, None, words
        elif rest:
            yield label or alone, None, rest
        alone = label if label and not rest else ""


def _parts(raw: str) -> list[tuple[str, str]]:
    """Cut a cue at voice tags and lines; return (voice, words) pairs, the voice empty where no tag says it."""
    pieces = _VOICE.split(raw)
    parts = [("", line) for line in pieces[0].splitlines()]
    parts += [(voice, " ".join(words.split())) for voice, words in zip(pieces[1::2], pieces[2::2], strict=True)]
    cleaned = [(html.unescape(voice).strip(), html.unescape(_TAG.sub("", words)).strip()) for voice, words in parts]
    return [(voice, words) for voice, words in cleaned if words]
