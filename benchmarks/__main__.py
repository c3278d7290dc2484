"""`python -m benchmarks <subcommand>`: each subcommand is a module of this package."""

import click

from benchmarks.harness import harness
from benchmarks.stress import stress


@click.group()
def main() -> None:
    """Measure what things cost, side by side in one run."""


main.add_command(harness)
main.add_command(stress)
main(prog_name="python -m benchmarks")
