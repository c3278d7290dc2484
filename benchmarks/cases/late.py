"""The same job, in a module that makes the app when it is imported, as the tutorial's does."""

from app import create_app
from benchmarks.cases import latency

app = create_app()


def arrive() -> None:
    """Tell the broker the time, in the app's context."""
    with app.app_context():
        latency.arrive()
