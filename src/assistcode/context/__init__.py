"""Read the words around a hit and say what they make of it: negation, whose, toward whom, when, and more.

The wording is data: ``LANG/context.toml`` beside the lexicons. Here is only how a rule reaches a hit. Source: rules
of (phrase, side, reach, end) come from ConText (Harkema, Dowling, Thornblade & Chapman 2009); who is spoken of, and
reading "she" from whoever was named last, are added here.
"""

from .around import Setting, with_context
from .rules import Rules, read_rules

__all__ = ["Rules", "Setting", "read_rules", "with_context"]
