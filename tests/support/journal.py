"""A journal that the database keeps: every value a column had, whichever process wrote it."""

from typing import Any

from sqlalchemy import text

from app.extensions import db


class Journal:
    """Records, by a trigger, some columns of each row of a table that is inserted or updated.

    Called, it returns what was committed so far as a list of tuples, oldest first.
    """

    def __init__(self, table: str, *columns: str) -> None:
        self.name = f"journal_of_{table}"
        values = [name if "NEW." in name else f"NEW.{name}" for name in columns]
        names = [f"c{number}" for number in range(len(columns))]
        with db.engine.begin() as connection:
            run = connection.exec_driver_sql
            run(f"CREATE TABLE {self.name} (id INTEGER PRIMARY KEY, {', '.join(names)})")
            for event in ("INSERT", "UPDATE"):
                insert = (
                    f"INSERT INTO {self.name} ({', '.join(names)}) VALUES ({', '.join(values)})"
                )
                trigger = f"{self.name}_{event} AFTER {event} ON {table}"
                run(f"CREATE TRIGGER {trigger} BEGIN {insert}; END")
        self.query = text(f"SELECT {', '.join(names)} FROM {self.name} ORDER BY id")

    def __call__(self) -> list[tuple[Any, ...]]:
        with db.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(self.query)]
