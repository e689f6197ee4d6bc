"""`python -m app`: serves LiveNet."""

from __future__ import annotations

import sys

from app.server.launcher import run_server
from app.web.settings import SettingsError, read_environment


def main() -> int:
    """Runs the server; 2 if a setting cannot be used."""
    try:
        run_server(read_environment())
    except SettingsError as error:
        print(f"livenet: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
