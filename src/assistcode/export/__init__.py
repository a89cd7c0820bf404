"""Write a study's codings for other programs."""

from collections.abc import Callable
from pathlib import Path

from ..judgement import Coding
from ..listing import Listing
from .tables import write_csv

Exporter = Callable[[Listing[Coding], Path], None]

EXPORTERS: dict[str, Exporter] = {"csv": write_csv}
