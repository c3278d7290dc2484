"""A journal that the database keeps: every value a column had, whichever process wrote it."""

from sqlalchemy import text

from app.extensions import db

SQLITE = """
CREATE TABLE {journal} (id INTEGER PRIMARY KEY, {columns});
CREATE TRIGGER {journal}_insert AFTER INSERT ON {table} BEGIN {note}; END;
CREATE TRIGGER {journal}_update AFTER UPDATE ON {table} BEGIN {note}; END
"""
POSTGRES = """
CREATE TABLE {journal} (id SERIAL PRIMARY KEY, {columns});
CREATE FUNCTION {journal}_note() RETURNS TRIGGER LANGUAGE plpgsql
AS $$ BEGIN {note}; RETURN NULL; END $$;
CREATE TRIGGER {journal}_note AFTER INSERT OR UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION {journal}_note()
"""


class Journal:
    """Records, by a trigger, a state and a progress of each row that is inserted or updated.

    They are SQL expressions. Called, it returns what was committed so far as a list of pairs,
    oldest first.
    """

    def __init__(self, table: str, state: str, progress: str) -> None:
        journal = f"journal_of_{table}"
        script = (SQLITE if db.engine.name == "sqlite" else POSTGRES).format(
            journal=journal,
            table=table,
            columns="state TEXT, progress INTEGER",
            note=f"INSERT INTO {journal} (state, progress) VALUES ({state}, {progress})",
        )
        with db.engine.begin() as connection:
            if db.engine.name == "sqlite":
                connection.connection.executescript(script)
            else:
                connection.exec_driver_sql(script)
        self.query = text(f"SELECT state, progress FROM {journal} ORDER BY id")

    def __call__(self) -> list[tuple[str, int]]:
        with db.engine.connect() as connection:
            return [(row.state, row.progress) for row in connection.execute(self.query)]
