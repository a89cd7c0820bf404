"""Captions (.vtt): cues with a voice tag ("<v Anna>") or "Anna:" before the words."""

import html
import io
import re
from collections.abc import Mapping

from ..errors import InputError
from .marks import Reading, lay_out, split_labels
from .text import decode
from .turns import KNOWN_LABELS

_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG = re.compile(r"</?[^>\n]*>")


def read_vtt(source: bytes, where: str, columns: Mapping[str, str]) -> Reading:  # noqa: ARG001  one signature for all readers
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
    unmarked = split_labels([words for _, words in spoken], KNOWN_LABELS)
    return lay_out(
        (voice, None, words) if voice else (label, None, rest)
        for (voice, words), (label, rest) in zip(spoken, unmarked, strict=True)
    )


def _parts(raw: str) -> list[tuple[str, str]]:
    """Cut a cue at its voice tags; return (voice, words) pairs, the voice empty before the first tag."""
    pieces = _VOICE.split(" ".join(raw.split()))
    pairs = [("", pieces[0]), *zip(pieces[1::2], pieces[2::2], strict=True)]
    cleaned = [(html.unescape(voice).strip(), html.unescape(_TAG.sub("", words)).strip()) for voice, words in pairs]
    return [(voice, words) for voice, words in cleaned if words]
