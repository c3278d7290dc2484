"""`python -m benchmarks <subcommand>`: each subcommand is a module of this package."""

import click

from benchmarks.harness import harness


@click.group()
def main() -> None:
    """Measure what things cost, side by side in one run."""


main.add_command(harness)
main(prog_name="python -m benchmarks")
