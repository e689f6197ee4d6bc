"""Networks for images: exact programs, since their shapes are too large for one that fits all."""
