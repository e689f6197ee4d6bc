"""LiveNet from a notebook: a network in training, shown where the cell is.

The package stands alone: it needs neither the server's code nor the engine. Where the
engine can be imported, what is shown is checked by it, and trained networks can be shown.
"""

from livenet.embeds import Embed, embed

__all__ = ["Embed", "embed"]
