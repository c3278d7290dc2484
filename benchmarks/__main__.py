"""`python -m benchmarks <subcommand>`: each subcommand is a module of this package."""

import click

from benchmarks.export import export
from benchmarks.harness import harness
from benchmarks.mutants import mutants
from benchmarks.stress import stress
from benchmarks.web import web
from benchmarks.worker import worker


@click.group()
def main() -> None:
    """Measure what things cost, side by side in one run."""


for command in (export, harness, mutants, stress, web, worker):
    main.add_command(command)
main(prog_name="python -m benchmarks")
