"""Sets of images with labels: MNIST, Fashion-MNIST, scikit-learn's digits."""

from engine.images.catalogue import CATALOGUE, PublishedSet
from engine.images.downloads import Patience
from engine.images.folders import find_cache_dir
from engine.images.mirrors import Progress
from engine.images.store import ImageSet, load_images

__all__ = [
    "CATALOGUE",
    "ImageSet",
    "Patience",
    "Progress",
    "PublishedSet",
    "find_cache_dir",
    "load_images",
]
