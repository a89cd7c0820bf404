"""A coding project as programs hand it to each other (REFI-QDA): users, codes, cases, sources with codings, notes.

GUIDs are lower case without braces. Offsets are half-open; how they count is said where they stand.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .codebook import CodeList
from .evidence import POLES
from .judgement import EFFECTS

PROGRAM = "assistcode"
SUGGESTER = f"{PROGRAM} suggestion"
PLACE_VARIABLES = ("session", "perspective", "interviewer", "language")
SPEAKERS, HEADINGS = "speakers", "headings"

_VARIANT = re.compile(
    rf"(?P<name>.*) \[(?P<pole>{'|'.join(POLES)})?(?:, )?(?P<effect>{'|'.join(EFFECTS)})?\]", re.DOTALL
)
_AGREED = re.compile(r"agreed \((?P<coder>.*)\)", re.DOTALL)
_ASSIGNED = re.compile(r"(?P<name>.*) \(assigned by (?P<coder>.*?)(?P<why>: why)?\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class User:
    """A person, or a program, that coded."""

    guid: str
    name: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A code with a pole and an effect: a sub-code, because REFI-QDA knows neither of them."""

    guid: str
    code: str
    pole: str | None
    effect: str | None


@dataclass(frozen=True, slots=True)
class Selection:
    """A span of a source with what one user coded it with. ``name`` holds the quote, as a rule.

    ``codings`` are (GUID of a code or variant, GUID of the user or None); ``start`` is None where the file
    names no place.
    """

    guid: str
    start: int | None
    end: int | None
    name: str
    codings: tuple[tuple[str, str | None], ...]
    user: str | None = None
    at: str = ""
    memo: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A text that was coded. ``text`` is None where the file lacks it; its line ends are the file's own.

    ``codings`` are of the whole text, as in Selection.
    """

    guid: str
    name: str
    text: str | None
    selections: tuple[Selection, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    codings: tuple[tuple[str, str | None], ...] = ()
    memo: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A unit of analysis with its attributes; ``sources`` are GUIDs."""

    guid: str
    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    memo: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A memo; ``kind`` is its title."""

    guid: str
    kind: str
    text: str
    user: str | None = None
    at: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """Everything a project file holds that has a place here; ``left_out`` says what has none.

    ``code_notes`` gives the GUIDs of the notes on a code or a theme.
    """

    name: str
    origin: str
    users: tuple[User, ...]
    codes: CodeList
    variants: tuple[Variant, ...] = ()
    code_notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[Note, ...] = ()
    at: str = ""
    left_out: tuple[str, ...] = ()


def variant_name(name: str, pole: str | None, effect: str | None) -> str:
    """Return the name of a code with a pole and an effect: "shame [lacking, hindering]"."""
    return f"{name} [{', '.join(filter(None, (pole, effect)))}]"


def parse_variant(name: str, above: str) -> tuple[str | None, str | None] | None:
    """Return pole and effect when a code's name is that of a variant of the code above it, else None."""
    found = _VARIANT.fullmatch(name)
    if found is None or found["name"] != above or not (found["pole"] or found["effect"]):
        return None
    return found["pole"], found["effect"]


def agreed_name(coder: str) -> str:
    """Return the user's name under which the agreed set goes out, as one coder wrote it down."""
    return f"agreed ({coder})"


def parse_agreed(name: str) -> str | None:
    """Return who wrote the agreed set down when a user stands for it, else None."""
    found = _AGREED.fullmatch(name)
    return found["coder"] if found else None


def assigned_name(name: str, coder: str, *, why: bool = False) -> str:
    """Return the name of the variable that carries a person's judgement about a case, or the reason for it."""
    return f"{name} (assigned by {coder}{': why' if why else ''})"


def parse_assigned(variable: str) -> tuple[str, str, bool] | None:
    """Return (name, coder, is the reason) when a variable carries a person's judgement, else None."""
    found = _ASSIGNED.fullmatch(variable)
    return (found["name"], found["coder"], found["why"] is not None) if found else None
