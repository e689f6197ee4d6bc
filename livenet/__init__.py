"""LiveNet from a notebook: a network in training, shown where the cell is.

The package stands alone: it needs neither the server's code nor the engine. Where the
engine can be imported, what is shown is checked by it, and trained networks can be shown.
"""

from livenet.embeds import Embed, embed
from livenet.figure import Figure
from livenet.results import show

__all__ = ["Embed", "Figure", "embed", "show"]
