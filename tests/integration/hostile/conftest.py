"""The site that hostile visitors meet: as it is in production."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app import create_app
from app.extensions import db
from app.views import mailbox
from tests.support.visitor import Visitor

TAKEN_OVER = ("SECRET_KEY", "SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_ENGINE_OPTIONS", "PASSWORD_HASH")


@pytest.fixture(scope="session")
def sites() -> dict[str, Flask]:
    """The sites of `deployed`, kept, for each would compile its templates anew."""
    return {}


@pytest.fixture
def deployed(app: Flask, sites: dict[str, Flask]) -> Iterator[Callable[..., Visitor]]:
    """Return a visitor, over https, of the site as production has it, with these settings."""

    def visit(**settings: object) -> Visitor:
        site = sites.get(str(settings))
        if site is None:
            site = create_app({name: app.config[name] for name in TAKEN_OVER} | settings)
            if "DEMO_MAILBOX" in settings:
                site.register_blueprint(mailbox.bp)
            site.test_client_class = Visitor
            sites[str(settings)] = site
        site.redis, site.task_queue = app.redis, app.task_queue
        visitor = site.test_client()
        visitor.base_url = "https://localhost"
        visitor.environ_base["HTTP_REFERER"] = "https://localhost/"
        return visitor

    yield visit
    for site in sites.values():
        with site.app_context():
            db.engine.dispose()  # the next test may have another database


@pytest.fixture(scope="session")
def no_mail(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of an empty mailbox."""
    return str(tmp_path_factory.mktemp("mailbox") / "mail")


@pytest.fixture
def demo(deployed: Callable[..., Visitor], no_mail: str) -> Visitor:
    """Return a visitor of a site that has every route, the demo's too."""
    return deployed(DEMO_MAILBOX=no_mail)
