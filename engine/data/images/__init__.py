"""Sets of images with labels: MNIST, Fashion-MNIST, scikit-learn's digits."""

from engine.data.images.catalogue import CATALOGUE, PublishedSet
from engine.data.images.downloads import RetryPolicy
from engine.data.images.folders import find_cache_dir
from engine.data.images.mirrors import Progress
from engine.data.images.store import ImageSet, load_images

__all__ = [
    "CATALOGUE",
    "ImageSet",
    "Progress",
    "PublishedSet",
    "RetryPolicy",
    "find_cache_dir",
    "load_images",
]
