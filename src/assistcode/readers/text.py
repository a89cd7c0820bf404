"""Plain text and Markdown."""

import codecs
import re

from ..corpus import unify_line_ends
from ..errors import InputError
from .marks import Reading, ReadOptions, mark_lines

BYTE_ORDER_MARKS = codecs.BOM_UTF8 + codecs.BOM_UTF16_LE
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


def read_text(source: bytes, where: str, options: ReadOptions) -> Reading:
    """Read plain text; headings are short lines in capitals."""
    return mark_lines(decode(source, where), known=options.labels)


def read_markdown(source: bytes, where: str, options: ReadOptions) -> Reading:
    """Read Markdown; headings begin with ``#``, speakers may be bold."""
    return mark_lines(decode(source, where), known=options.labels)


def decode(source: bytes, where: str) -> str:
    r"""Return the text with ``\n`` line ends: UTF-8, UTF-16 with a byte order mark, else Windows-1252.

    Raises InputError for bytes that are no text.
    """
    return unify_line_ends(decode_exactly(source, where))


def decode_exactly(source: bytes, where: str) -> str:
    """Return the text as ``decode`` does, its line ends kept."""
    if source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig" if _is_utf8(source) else "cp1252"
    try:
        text = source.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if _CONTROL.search(text):
        raise InputError(where, "this is not a text file", "Save the transcript as plain text (UTF-8) or .docx.")
    return text


def _is_utf8(source: bytes) -> bool:
    try:
        source.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
