"""No test finds anything of another's, though they share a database that is emptied in between."""

import pytest
from sqlalchemy import func, inspect, select, text

from app.extensions import db
from tests.support.builders import make_message, make_posts, make_task, make_user


def leave_rows(_databases):
    make_posts(make_user("mary"), "first", "second")
    make_message(make_user("john"), make_user("juana"))
    make_task(make_user("peter"))


def leave_a_table(_databases):
    db.session.execute(text("CREATE TABLE left_over (id INTEGER)"))
    db.session.commit()


def leave_patience(databases):
    databases.be_patient(5.0)
    db.session.execute(text("SELECT 1"))


@pytest.mark.parametrize("turn", [1, 2])  # in any order, one comes after another
@pytest.mark.parametrize("leave", [leave_rows, leave_a_table, leave_patience])
def test_a_test_finds_nothing_of_another(app, databases, leave, turn):
    tables = db.metadata.sorted_tables
    counts = {each.name: select(func.count()).select_from(each) for each in tables}
    left = {name: db.session.scalar(count) for name, count in counts.items()}
    asked = "PRAGMA busy_timeout" if db.engine.name == "sqlite" else "SHOW lock_timeout"

    assert left == dict.fromkeys(inspect(db.engine).get_table_names(), 0)
    assert str(db.session.scalar(text(asked))).removesuffix("ms") == "100"
    assert make_user("susan").id == 1
    leave(databases)
