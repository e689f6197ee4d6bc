"""`python -m app.cluster`: a cluster on this machine, or what there is in one."""

from __future__ import annotations

import argparse
import sys

from app.cluster.cluster_view import open_directory
from app.cluster.local import run_local
from app.cluster.ray_library import connect
from app.web.settings import SettingsError, read_environment


def main() -> int:
    """Runs one command; 2 if a setting cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m app.cluster", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    local = commands.add_parser("local", help="serve by a Ray cluster on this machine")
    local.add_argument("--nodes", type=int, default=2, help="with one session server each")
    commands.add_parser("list", help="list the session servers of LIVENET_CLUSTER")
    drain = commands.add_parser("drain", help="have a session server give up its sessions and end")
    drain.add_argument("name")
    commands.add_parser("stop", help="end all session servers")
    asked = parser.parse_args()
    try:
        settings = read_environment()
    except SettingsError as error:
        print(f"livenet: {error}", file=sys.stderr)
        return 2
    if asked.command == "local":
        return run_local(settings, asked.nodes)
    if settings.cluster is None:
        print("livenet: LIVENET_CLUSTER: must be the address of Ray's head", file=sys.stderr)
        return 2
    ray = connect(settings.cluster)
    directory = open_directory(ray, settings)
    if asked.command == "drain":
        return 0 if ray.get(directory.drain.remote(asked.name)) else 1
    if asked.command == "stop":
        ray.get(directory.stop.remote())
        ray.kill(directory)
        return 0
    state = ray.get(directory.wait_for_change.remote(-1, 0.0))
    for member in state.membership.members:
        load = state.loads[member.name]
        print(f"{member.name} {member.host}:{member.port} {load.sessions}/{load.places} sessions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
