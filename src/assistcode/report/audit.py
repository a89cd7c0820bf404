"""The audit trail: a summary by person and day for reading, the complete log as plain rows."""

from collections import Counter

from ..codebook import CodeEvent
from ..store import history, judged
from ..store.history import Entry
from .basis import Basis
from .document import Section, Table, cells, plural

RECORD = ("at", "who", "face", "what", "subject", "name", "action", "is_undone")
_PROGRAM = "the program"


def audit(basis: Basis) -> Section:
    """Return the log of the whole study, whatever the filters. It holds places and names of codes, no words."""
    entries = history.entries(basis.db)
    names = _names(basis)
    records = [
        {name: names.get(entry.code_id or 0, "") if name == "name" else getattr(entry, name) for name in RECORD}
        for entry in entries
    ]
    blocks = (_summary(entries), _codebook(basis, names))
    return Section("audit", "Audit trail", blocks, RECORD, records)


def _names(basis: Basis) -> dict[int, str]:
    """Return the latest name of every code and theme there ever was, by id."""
    events = judged.code_events(basis.db)
    return {event.entity_id: str(event.payload["name"]) for event in events if event.payload.get("name")}


def _summary(entries: list[Entry]) -> Table:
    counts = Counter(
        (entry.at[:10], entry.who or _PROGRAM, entry.what.split(":")[0].split(" of ")[0]) for entry in entries
    )
    undone = sum(entry.is_undone for entry in entries)
    return Table(
        "What was done, by day and person",
        f"{plural(len(entries), 'entry')}; {undone:,} of them were taken back and stay in"
        " the log. The complete log stands in audit.csv.",
        ("day", "who", "what", "times"),
        tuple(cells(*key, n) for key, n in sorted(counts.items())),
    )


def _codebook(basis: Basis, names: dict[int, str]) -> Table:
    rows = (
        cells(event.at[:10], event.coder or _PROGRAM, f"{event.kind} {event.entity}", _changed(event, names))
        for event in judged.code_events(basis.db)
    )
    return Table(
        "Changes to the codebook", "Oldest first; codes and themes under the names they have now.",
        ("day", "who", "change", "code or theme"), tuple(rows),
    )  # fmt: skip


def _changed(event: CodeEvent, names: dict[int, str]) -> str:
    """Say which code or theme a change was about, and what it came under."""
    other = event.payload.get("theme_id") or event.payload.get("into")
    name = names.get(event.entity_id, "")
    return f"{name} → {names.get(int(other), '')}" if other else name
