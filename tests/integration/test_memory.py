"""An export takes no more memory for more posts: it fits where all of them at once do not."""

import pytest

from benchmarks.export import CASES, FLOOR, ROOM
from benchmarks.stand import POSTGRES, SQLITE, database, fill, run

pytestmark = pytest.mark.server

[POSTS, *_] = ROOM


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
def url(request):
    """The URL of a database with many posts."""
    with database(request.param) as url:
        fill(url, [POSTS])
        yield url


@pytest.mark.timeout(120)
def test_an_export_fits_into_memory_in_which_all_posts_at_once_do_not(url):
    fits = run(CASES, url, "export", POSTS, 1, ROOM[POSTS])
    breaks = run(CASES, url, FLOOR, POSTS, 1, ROOM[POSTS])

    assert fits.returncode == 0, fits.stderr
    assert breaks.returncode != 0
    assert "memory" in breaks.stderr.lower()
