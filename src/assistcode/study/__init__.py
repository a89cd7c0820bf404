"""The façade of the Python API: open a study, import, precode, decide, list, compare, report, export.

>>> from assistcode import Study
>>> with Study.open("ipr.study") as study:                                        # doctest: +SKIP
...     study.import_transcripts(["transcripts/"], pattern="d{dyad}_s{session}_{perspective}")
...     study.precode()
...     study.suggestions(theme="shame")

It is told in chapters, each building on the one before: ``opened`` (the file), ``said`` (given rows), ``offered``
(made rows), ``decided`` (judged rows), ``compared`` (figures), ``printed`` (what leaves).
"""

from .offered import check_cluster_size, default_model
from .opened import APPROACHES
from .printed import Printed

__all__ = ["APPROACHES", "Study", "check_cluster_size", "default_model"]


class Study(Printed):
    """One study file. Use it as a context manager; closed, it is one file."""
