"""`python -m benchmarks <subcommand>`: each subcommand is a module of this package."""

from importlib import import_module
from importlib.util import find_spec
from typing import cast

import click

# Each, and what it needs that only those have who install all packages.
SUBCOMMANDS = {
    "export": "matplotlib",
    "harness": None,
    "mutants": "mutmut",
    "stress": None,
    "suite": None,
    "web": None,
    "worker": "flask_rq",
}
INSTALL = "pip install -r requirements/dev.txt"


class Modules(click.Group):
    """Imports the one that is asked for: mutants are tried where nothing has imported the app."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return their names."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the one of this name, if there is one."""
        if cmd_name not in SUBCOMMANDS:
            return None
        needed = SUBCOMMANDS[cmd_name]
        if needed and find_spec(needed) is None:
            raise click.ClickException(f"{needed} is not installed: {INSTALL}")
        return cast(click.Command, getattr(import_module(f"benchmarks.{cmd_name}"), cmd_name))


@click.group(cls=Modules)
def main() -> None:
    """Measure what things cost, side by side in one run."""


main(prog_name="python -m benchmarks")
