"""``python -m assistcode``."""

from .cli import main

main()
