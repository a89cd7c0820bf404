"""Write a study's codings for other programs."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ..judgement import Coding
from ..listing import Finished, Listing
from .tables import write_csv

Exporter = Callable[[Listing[Coding], Sequence[Finished], Path], None]

EXPORTERS: dict[str, Exporter] = {"csv": write_csv}
