"""assistcode: suggested codes with evidence for interview transcripts; a person decides on each one."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .study import Study

__all__ = ["Study"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load the façade when it is asked for, so that the command line starts at once."""
    if name == "Study":
        from .study import Study

        return Study
    raise AttributeError(f"module 'assistcode' has no attribute '{name}'")
