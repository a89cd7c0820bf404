"""The codes of a REFI-QDA project or codebook (.qdc): folders are themes, sub-codes may carry poles."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..codebook import CodeEntry, CodeList, ThemeEntry
from ..errors import InputError
from ..project import Variant, parse_variant
from .refi_xml import MAX_XML, Element, guid_of, in_one_line, parse, words_of
from .tags import split_tag

CODEBOOK_SETS = ("level", "origin")


def read_codes(path: Path) -> CodeList:
    """Read the codes of a .qdc file. Raises InputError."""
    where = str(path)
    try:
        with path.open("rb") as file:
            source = file.read(MAX_XML + 1)
    except OSError as error:
        raise InputError(where, f"cannot be read ({error.strerror})", "Check the name and your access.") from error
    root = parse(source, where)
    if root.tag != "CodeBook":
        raise InputError(where, f"it holds '{root.tag}', no codebook", "Export the codebook again.")
    is_dotted = root.get("origin", "").startswith("Taguette")
    return _split_dots(read_code_tree(root)[0]) if is_dotted else read_code_tree(root)[0]


def codebook_set(element: Element) -> tuple[str, str] | None:
    """Return ("level", "latent") for a set that carries what REFI-QDA has no word for, else None."""
    key, colon, value = element.get("name", "").partition(": ")
    return (key, value) if colon and key in CODEBOOK_SETS else None


def read_code_tree(
    book: Element | None, sets: Element | None = None, as_cases: Collection[str] = ()
) -> tuple[CodeList, tuple[Variant, ...]]:
    """Return the codes, each after the one above it, the folders as themes, and the variants of codes.

    ``as_cases`` are the GUIDs of codes that stand for cases; they, and folders of nothing else, are no codes.

    A code's theme is the path of folders it lies in, else the top code it stands below; a top code with others
    below it is in the theme named after it.
    """
    if book is None:
        return CodeList(), ()
    codes: dict[str, CodeEntry] = {}
    themes: dict[str, ThemeEntry] = {}
    variants: list[Variant] = []
    told = _told_by_sets(book if sets is None else sets)
    stack = [(one, _Above()) for one in reversed(book.findall("Codes/Code"))]
    while stack:
        element, above = stack.pop()
        guid, name, below = guid_of(element), in_one_line(element.get("name", "")) or "unnamed", element.findall("Code")
        variant = parse_variant(name, above.name) if above.code else None
        if variant and not below:
            variants.append(Variant(guid, above.code, *variant))
            continue
        definition = words_of(element, "Description").strip()
        if guid in as_cases or (below and all(guid_of(one) in as_cases for one in below)):
            continue
        if element.get("isCodable", "true").strip().lower() in {"false", "0"}:
            here = above.folder(name)
            themes.setdefault(here.theme, ThemeEntry(here.theme, definition, guid))
        else:
            is_top = bool(below) and not above.theme and not _are_variants(below, name)
            theme = name if is_top else above.theme
            if is_top:
                themes.setdefault(name, ThemeEntry(name, guid=guid))
            here = _Above(theme, guid, name)
            entry = CodeEntry(
                name,
                theme,
                definition,
                colour=_colour(element),
                guid=guid,
                under=above.code or None,
                **told.get(guid, {}),
            )
            codes.setdefault(guid, entry)
        stack += [(one, here) for one in reversed(below)]
    return CodeList(_with_unique_names(codes), tuple(themes.values())), tuple(variants)


@dataclass(frozen=True, slots=True)
class _Above:
    """What stands above a code in the tree: its theme, and the nearest code by GUID and name."""

    theme: str = ""
    code: str = ""
    name: str = ""

    def folder(self, name: str) -> "_Above":
        """Return what stands above the codes of a folder here."""
        return replace(self, theme=f"{self.theme} / {name}" if self.theme else name)


def _are_variants(below: Iterable[Element], name: str) -> bool:
    return all(parse_variant(in_one_line(one.get("name", "")), name) for one in below)


def _told_by_sets(holder: Element) -> dict[str, dict[str, str]]:
    """Return level and origin by GUID of the code."""
    told: dict[str, dict[str, str]] = {}
    for one in holder.iter("Set"):
        known = codebook_set(one)
        for member in one.iterfind("MemberCode") if known else ():
            guid = guid_of(member, "targetGUID") or guid_of(member)
            told.setdefault(guid, {}).update([known] if known else [])
    return told


def _colour(element: Element) -> str | None:
    """Return a colour as #rrggbb; three digits are doubled, a transparency is dropped."""
    digits = element.get("color", "").strip().removeprefix("#").lower()
    if not re.fullmatch(r"[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8}", digits):
        return None
    return "#" + ("".join(2 * digit for digit in digits) if len(digits) == 3 else digits[:6])


def _with_unique_names(codes: Mapping[str, CodeEntry]) -> tuple[CodeEntry, ...]:
    """Return the codes, those of one name told apart by the codes above them, else by a number."""
    n_of = Counter(code.name.casefold() for code in codes.values())
    taken = {name for name, n in n_of.items() if n == 1}
    numbers: Counter[str] = Counter()
    unique = []
    for code in codes.values():
        name = code.name
        if n_of[name.casefold()] > 1:
            name = next(name for name in _longer_names(code, codes, numbers) if name.casefold() not in taken)
            taken.add(name.casefold())
        unique.append(replace(code, name=name))
    return tuple(unique)


def _longer_names(code: CodeEntry, codes: Mapping[str, CodeEntry], numbers: Counter[str]) -> Iterator[str]:
    """Yield longer and longer names; ``numbers`` remembers how far each was counted up."""
    above, name = codes.get(code.under or ""), code.name
    if above is None:
        yield f"{code.theme}: {name}" if code.theme and code.theme != name else name
    while above is not None:
        name = f"{above.name}: {name}"
        yield name
        above = codes.get(above.under or "")
    while True:
        numbers[name] += 1
        yield f"{name} ({numbers[name] + 1})"


def _split_dots(codes: CodeList) -> CodeList:
    """Return Taguette's codes, "theme.code", with their themes."""
    entries = []
    for code in codes.codes:
        theme, name = split_tag(code.name)
        entries.append(CodeEntry(name, theme, code.definition, colour=code.colour, guid=code.guid))
    return CodeList(_with_unique_names({str(n): one for n, one in enumerate(entries)}))
