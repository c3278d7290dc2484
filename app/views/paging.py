"""Pages of a long list."""

from typing import Any

from flask import current_app, request
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Select

from app.extensions import db

LAST = 10**6


def page_of(query: Select[Any]) -> Pagination:
    """Return the page that `?page=` asks for; the first, if it asks for nothing sensible."""
    page = request.args.get("page", 1, type=int)
    size = current_app.config["POSTS_PER_PAGE"]
    return db.paginate(query, page=min(page, LAST), per_page=size, error_out=False)
