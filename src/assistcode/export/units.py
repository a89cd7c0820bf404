"""The table behind the coefficients: one row a code and unit, with each reading's answer."""

from pathlib import Path

from ..compare import Comparison
from .outgoing import write_whole
from .tables import table_text


def write_units(compared: Comparison, path: Path) -> int:
    """Write every unit that enters a comparison to a new CSV file; return how many rows."""
    rows = list(compared.unit_rows())
    header = list(rows[0]) if rows else ["code"]
    write_whole(path, table_text(header, [list(row.values()) for row in rows]))
    return len(rows)
