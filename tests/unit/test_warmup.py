"""What a worker makes before it forks, so that no job has to make it again."""

import pytest
from flask_babel import force_locale, gettext
from sqlalchemy import event
from sqlalchemy.engine.interfaces import CacheStats
from sqlalchemy.exc import OperationalError

from app import catalogues, mail
from app.extensions import db
from app.tasks import warmup
from app.tasks.count import count_slowly
from app.tasks.record import tell_owner
from tests.support.builders import make_task


@pytest.fixture
def compiled():
    """The statements that are compiled in a test, in order."""
    seen = []

    def listen(_connection, _cursor, statement, _parameters, context, _many):
        if context.cache_hit is not CacheStats.CACHE_HIT:
            seen.append(statement)

    db.engine.clear_compiled_cache()
    event.listen(db.engine, "before_cursor_execute", listen)
    yield seen
    event.remove(db.engine, "before_cursor_execute", listen)


@pytest.fixture
def cold(app):
    """The app, as it is before it has served or worked."""
    app.jinja_env.cache.clear()
    app.extensions["babel"].instance.domain_instance.cache.clear()
    return app


def test_what_a_task_runs_has_been_compiled(app, susan, compiled):
    task = make_task(susan, name="count_slowly")
    tell_owner(task)  # as whoever launches it does
    db.session.commit()
    task_id = task.id
    db.session.remove()  # as in a fork, which knows no row yet
    db.engine.clear_compiled_cache()
    warmup.warm_up(app)
    compiled.clear()

    count_slowly(task_id, seconds=3)

    assert compiled == []


def test_without_it_each_fork_compiles_them(app, susan, compiled):
    count_slowly(make_task(susan, name="count_slowly").id, seconds=3)

    assert len(compiled) > 5


def test_the_templates_of_mails_have_been_compiled(cold, monkeypatch):
    warmup.warm_up(cold)
    monkeypatch.setattr(cold.jinja_env, "compile", pytest.fail)
    user = {"username": "susan"}

    for name in ("export_posts", "reset_password"):
        text, html = mail.compose(name, user=user, minutes=10, total=1, filename="", link="")
        assert "Hello susan," in text
        assert "Hello susan," in html


def test_translations_have_been_read(cold, monkeypatch):
    warmup.warm_up(cold)
    monkeypatch.setattr(catalogues, "read", pytest.fail)

    with force_locale("es"):
        assert gettext("Exporting posts") == "Exportación de publicaciones"


def test_it_changes_nothing_and_leaves_no_transaction_open(app, susan, history, told):
    make_task(susan, state="running", progress=7)
    before = history(), told()

    warmup.warm_up(app)

    assert not db.session().in_transaction()
    assert (history(), told()) == before


def test_a_database_that_does_not_answer_does_not_keep_a_worker_from_its_work(
    app, susan, monkeypatch, caplog
):
    def notify(*_arguments):
        raise OperationalError("SELECT 1", {}, Exception("no answer"))

    monkeypatch.setattr(warmup, "notify", notify)

    warmup.warm_up(app)

    assert not db.session().in_transaction()
    [record] = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage().startswith("What tasks ask the database could not be tried: ")
    assert "no answer" in record.getMessage()
