"""Draws random edits of one tree: a script, so that an earlier commit knows all that they name.

A line is their number; the answer is a JSON list of patches and origins.
"""

from __future__ import annotations

import json
import random
import sys

from engine import Spec, patch_spec
from tests.engine.random_edits import draw_edit

SEED = 2026

for line in sys.stdin:
    rng, spec = random.Random(SEED), Spec()
    edits = []
    for _ in range(int(line)):
        patch, origin = draw_edit(rng, spec)
        spec = patch_spec(spec, patch)
        edits.append((patch, origin))
    print(json.dumps(edits), flush=True)
