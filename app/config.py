"""Every setting, read from the environment in this one place."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from limits import parse_many
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = "app/translations/*/LC_MESSAGES/messages.po"
DEVELOPMENT_KEY = "for development only"


class SettingError(click.ClickException):
    """A setting is missing or malformed; the message names it and says what to write."""

    exit_code = 2


def load(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the Flask configuration that these environment variables ask for.

    Raises SettingError for the first one that is malformed.
    """

    def read(name: str, convert: Callable[[str], Any], default: Any) -> Any:
        text = environ.get(name, "").strip()
        try:
            return convert(text) if text else default
        except ValueError as error:
            raise SettingError(f"{name} is set to something unusable: give {error}.") from None

    debug = read("FLASK_DEBUG", _flag, False)
    admins = read("ADMINS", _list, [])
    return {
        "SECRET_KEY": read("SECRET_KEY", str, DEVELOPMENT_KEY if debug else None),
        "HTTPS": read("HTTPS", _flag, not debug),
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "TRUSTED_PROXIES": read("TRUSTED_PROXIES", _whole(0), 0),
        "TRUSTED_HOSTS": read("TRUSTED_HOSTS", _list, None),
        "LOGIN_LIMIT": read("LOGIN_LIMIT", _limit, "10 per 5 minutes"),
        "REGISTER_LIMIT": read("REGISTER_LIMIT", _limit, "10 per hour"),
        "RESET_LIMIT": read("RESET_LIMIT", _limit, "5 per hour"),
        "EXPORT_LIMIT": read("EXPORT_LIMIT", _limit, "10 per hour"),
        "NETWORK_LIMIT": read("NETWORK_LIMIT", _limit, "60 per 5 minutes"),
        "MAX_CONTENT_LENGTH": read("MAX_CONTENT_LENGTH", _whole(1000), 500_000),
        "PASSWORD_HASH": read("PASSWORD_HASH", _password_hash, "scrypt"),
        "RESET_LINK_SECONDS": read("RESET_LINK_SECONDS", _whole(60), 600),
        "SQLALCHEMY_DATABASE_URI": read("DATABASE_URL", _database, f"sqlite:///{ROOT / 'app.db'}"),
        "SQLITE_BUSY_SECONDS": read("SQLITE_BUSY_SECONDS", _seconds, 5.0),
        "DATABASE_TIMEOUT": read("DATABASE_TIMEOUT", _whole(2), 5),
        "REDIS_URL": read("REDIS_URL", _broker, "redis://"),
        "BROKER_TIMEOUT": read("BROKER_TIMEOUT", _seconds, 1.0),
        "JOB_TIMEOUT": read("JOB_TIMEOUT", _whole(1), 3600),
        "RETRY_PAUSES": read("RETRY_PAUSES", _pauses, [10, 60, 300]),
        "PROGRESS_INTERVAL": read("PROGRESS_INTERVAL", _seconds, 0.2),
        "EXPORT_ATTACHMENT_LIMIT": read("EXPORT_ATTACHMENT_LIMIT", _whole(1), 10_000_000),
        "EXPORT_DIR": read("EXPORT_DIR", str, str(ROOT / "exports")),
        "EXPORT_LINK_SECONDS": read("EXPORT_LINK_SECONDS", _whole(60), 7 * 24 * 3600),
        "SITE_URL": read("SITE_URL", _site, "http://localhost:5000"),
        "EXPORT_PAUSE": read("EXPORT_PAUSE", _seconds, 0.0),
        "COUNT_PAUSE": read("COUNT_PAUSE", _seconds, 1.0),
        "MAIL_SERVER": read("MAIL_SERVER", str, None),
        "MAIL_PORT": read("MAIL_PORT", _whole(1, 65535), 25),
        "MAIL_USE_TLS": read("MAIL_USE_TLS", _flag, False),
        "MAIL_USE_SSL": read("MAIL_USE_SSL", _flag, False),
        "MAIL_USERNAME": read("MAIL_USERNAME", str, None),
        "MAIL_PASSWORD": read("MAIL_PASSWORD", str, None),
        "MAIL_TIMEOUT": read("MAIL_TIMEOUT", _seconds_above_0, 60.0),
        "ADMINS": admins,
        "MAIL_DEFAULT_SENDER": admins[0] if admins else "no-reply@localhost",
        "LOG_FORMAT": read("LOG_FORMAT", _one_of("text", "json"), "text"),
        "LOG_LEVEL": read("LOG_LEVEL", _one_of("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"),
        "POSTS_PER_PAGE": read("POSTS_PER_PAGE", _whole(1), 25),
        "LANGUAGES": read("LANGUAGES", _languages, ["en", "es"]),
        "BOOTSTRAP_SERVE_LOCAL": True,
    }


def require_secret(config: Mapping[str, Any]) -> None:
    """Raise SettingError unless there is a key to sign sessions and links with."""
    if not config["SECRET_KEY"]:
        raise SettingError(
            "SECRET_KEY is not set: give the web server and the workers the same long random text, "
            "or develop with `flask --debug`, which uses a key that everybody knows."
        )


def _flag(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    if text.lower() not in words:
        raise ValueError("1 or 0")
    return words[text.lower()]


def _one_of(*words: str) -> Callable[[str], str]:
    def convert(text: str) -> str:
        if text not in words:
            raise ValueError(" or ".join(words))
        return text

    return convert


def _list(text: str) -> list[str]:
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise ValueError("one or more words separated by single commas")
    return words


def _languages(text: str) -> list[str]:
    there = sorted({"en", *(each.parts[-3] for each in ROOT.glob(CATALOGUES))})
    if not set(words := _list(text)) <= set(there):
        raise ValueError(f"some of {', '.join(there)}, separated by commas")
    return words


def _whole(least: int, most: float = float("inf")) -> Callable[[str], int]:
    def convert(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            upto = "up" if most == float("inf") else f"to {most}"
            raise ValueError(f"a whole number from {least} {upto}")
        return int(text)

    return convert


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < float("inf"):
        raise ValueError("a number of seconds, 0 or more")
    return seconds


def _seconds_above_0(text: str) -> float:
    if not (seconds := _seconds(text)):
        raise ValueError("a number of seconds above 0")
    return seconds


def _pauses(text: str) -> list[int]:
    try:
        return [] if text == "none" else [_whole(1)(word) for word in _list(text)]
    except ValueError:
        raise ValueError("whole seconds from 1 up, separated by commas, or none") from None


def _limit(text: str) -> str:
    if text == "none":
        return ""
    try:
        parse_many(text)
    except ValueError:
        raise ValueError("how often, such as 10 per 5 minutes, or none") from None
    return text


def _password_hash(text: str) -> str:
    if text.partition(":")[0] not in {"scrypt", "pbkdf2"}:
        raise ValueError("a method that Werkzeug knows, such as scrypt or pbkdf2:sha256:1000000")
    return text


def _database(text: str) -> str:
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("a URL such as sqlite:////srv/app.db or postgresql://me@host/db") from None
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


def _site(text: str) -> str:
    site = urlsplit(text)
    if site.scheme not in {"http", "https"} or not site.hostname or site.query or site.fragment:
        raise ValueError("the URL that this site has, such as https://blog.example.com")
    return text


def _broker(text: str) -> str:
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("a URL that starts with redis://, rediss:// or unix://")
    return text
