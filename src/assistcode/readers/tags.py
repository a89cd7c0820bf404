"""Taguette's tags: a flat list whose names tell a hierarchy by dots, "theme.code"."""

TAG_COLUMNS = ("tag", "name", "path")


def split_tag(tag: str) -> tuple[str, str]:
    """Return (theme, code) of a tag; a dot that ends a sentence or an abbreviation parts nothing."""
    theme, dot, name = tag.strip().rpartition(".")
    if not dot or not theme or not name or name[0].isspace():
        return "", tag.strip()
    return theme, name
