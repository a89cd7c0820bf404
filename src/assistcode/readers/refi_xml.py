"""The XML of strangers, read safely: no entities, no external references, no more than this program takes."""

import re
from typing import Any

from ..errors import InputError

MAX_XML = 64_000_000
MAX_MARKS = 2_000_000  # of elements and attributes, about 120,000 codings: a parsed one takes up to 350 bytes
MAX_LEVELS = 100

Element = Any  # of xml.etree; the parser of defusedxml has no types
_GUID = re.compile(r"\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?")


def parse(source: bytes, where: str) -> Element:
    """Return the root of an XML document, its tags without namespaces."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if len(source) > MAX_XML or source.count(b"<") + source.count(b"=") > MAX_MARKS:
        raise InputError(where, "its XML is larger than this program takes", "Export the project in parts.")
    try:
        root = fromstring(source, forbid_dtd=True)
    except DefusedXmlException as error:
        what = "its XML declares entities or a document type, which no project file needs"
        raise InputError(where, what, "Do not open it elsewhere; ask where it comes from.") from error
    except (ParseError, ValueError, LookupError) as error:
        raise InputError(where, f"its XML is broken ({error})", "Export it again.") from error
    _strip_namespaces(root, where)
    return root


def _strip_namespaces(root: Element, where: str) -> None:
    """Take the namespaces off all tags. Raises InputError for elements too deep in each other."""
    waiting = [(root, 1)]
    while waiting:
        element, level = waiting.pop()
        if level > MAX_LEVELS:
            what = f"its elements lie more than {MAX_LEVELS} levels deep"
            raise InputError(where, what, "Flatten the codes where it comes from.")
        element.tag = element.tag.rpartition("}")[2]
        waiting += [(child, level + 1) for child in element]


def guid_of(element: Element, key: str = "guid") -> str:
    """Return a GUID as this program writes it, in lower case without braces; empty where there is none."""
    found = _GUID.fullmatch(element.get(key, "").strip().lower())
    return found[1] if found else ""


def words_of(element: Element, tag: str) -> str:
    """Return the words of the first child of this tag; empty where there is none."""
    found = element.find(tag)
    return "" if found is None else (found.text or "")


def targets_of(element: Element, tag: str) -> tuple[str, ...]:
    """Return the GUIDs that the children of this tag point at."""
    return tuple(filter(None, (guid_of(one, "targetGUID") for one in element.findall(tag))))


def in_one_line(text: str) -> str:
    """Return a name in one line."""
    return re.sub(r"[\r\n\t]+", " ", text).strip()


def whole_number(text: str | None) -> int | None:
    """Return a whole number of at most 12 digits, else None."""
    return int(text) if text and re.fullmatch(r"\s*[+-]?\d{1,12}\s*", text) else None
