"""Settings come from the environment; a wrong one is named."""

import runpy

import pytest

from app import create_app
from app.config import ROOT, SettingError, load, require_secret


@pytest.mark.parametrize(
    ("name", "text", "key", "value"),
    [
        ("SECRET_KEY", "s3cret", "SECRET_KEY", "s3cret"),
        ("DATABASE_URL", "sqlite:////srv/x.db", "SQLALCHEMY_DATABASE_URI", "sqlite:////srv/x.db"),
        (
            "DATABASE_URL",
            "postgres://me:pw@host/db",
            "SQLALCHEMY_DATABASE_URI",
            "postgresql+psycopg://me:pw@host/db",
        ),
        (
            "DATABASE_URL",
            "postgresql://host/db",
            "SQLALCHEMY_DATABASE_URI",
            "postgresql+psycopg://host/db",
        ),
        ("REDIS_URL", "rediss://host:6380/1", "REDIS_URL", "rediss://host:6380/1"),
        ("MAIL_SERVER", "localhost", "MAIL_SERVER", "localhost"),
        ("MAIL_PORT", "8025", "MAIL_PORT", 8025),
        ("MAIL_USE_TLS", "1", "MAIL_USE_TLS", True),
        ("MAIL_USE_TLS", "False", "MAIL_USE_TLS", False),
        ("MAIL_USE_SSL", "1", "MAIL_USE_SSL", True),
        ("ADMINS", "a@example.com, b@example.com", "ADMINS", ["a@example.com", "b@example.com"]),
        ("ADMINS", "a@example.com, b@example.com", "MAIL_DEFAULT_SENDER", "a@example.com"),
        ("POSTS_PER_PAGE", "50", "POSTS_PER_PAGE", 50),
        ("LANGUAGES", "es,en", "LANGUAGES", ["es", "en"]),
        ("PASSWORD_HASH", "pbkdf2:sha256:1", "PASSWORD_HASH", "pbkdf2:sha256:1"),
        ("LOG_FORMAT", "json", "LOG_FORMAT", "json"),
        ("LOG_LEVEL", "DEBUG", "LOG_LEVEL", "DEBUG"),
        ("EXPORT_PAUSE", "0.25", "EXPORT_PAUSE", 0.25),
        ("EXPORT_ATTACHMENT_LIMIT", "25000000", "EXPORT_ATTACHMENT_LIMIT", 25_000_000),
        ("EXPORT_DIR", "/srv/exports", "EXPORT_DIR", "/srv/exports"),
        ("SITE_URL", "https://example.com/blog", "SITE_URL", "https://example.com/blog"),
        ("PROGRESS_INTERVAL", "1.5", "PROGRESS_INTERVAL", 1.5),
        ("FLASK_DEBUG", "1", "SECRET_KEY", "for development only"),
        ("FLASK_DEBUG", "1", "HTTPS", False),
        ("FLASK_DEBUG", "0", "HTTPS", True),
        ("HTTPS", "0", "HTTPS", False),
        ("TRUSTED_PROXIES", "2", "TRUSTED_PROXIES", 2),
        ("MAX_CONTENT_LENGTH", "1000", "MAX_CONTENT_LENGTH", 1000),
        ("LOGIN_LIMIT", "3 per minute; 9 per hour", "LOGIN_LIMIT", "3 per minute; 9 per hour"),
        ("LOGIN_LIMIT", "none", "LOGIN_LIMIT", ""),
        ("POSTS_PER_PAGE", " ", "POSTS_PER_PAGE", 25),
        ("RETRY_PAUSES", "1, 20", "RETRY_PAUSES", [1, 20]),
        ("RETRY_PAUSES", "none", "RETRY_PAUSES", []),
        ("MAIL_TIMEOUT", "2.5", "MAIL_TIMEOUT", 2.5),
    ],
)
def test_a_setting_is_read_from_the_environment(name, text, key, value):
    assert load({name: text})[key] == value


@pytest.mark.parametrize(
    ("name", "text", "remedy"),
    [
        ("DATABASE_URL", "somewhere", "a URL such as"),
        ("DATABASE_TIMEOUT", "1", "a whole number from 2 up"),
        ("REDIS_URL", "localhost:6379", "starts with redis://"),
        ("MAIL_PORT", "smtp", "a whole number from 1 to 65535"),
        ("MAIL_PORT", "65536", "a whole number from 1 to 65535"),
        ("MAIL_USE_TLS", "maybe", "1 or 0"),
        ("MAIL_USE_SSL", "465", "1 or 0"),
        ("ADMINS", "a@example.com,,b@example.com", "separated by single commas"),
        ("POSTS_PER_PAGE", "0", "a whole number from 1 up"),
        ("LANGUAGES", "en,tlh", "some of en, es, separated by commas."),
        ("LOG_FORMAT", "xml", "give text or json."),
        ("LOG_LEVEL", "loud", "give DEBUG or INFO or WARNING or ERROR."),
        ("RETRY_PAUSES", "soon", "whole seconds from 1 up, separated by commas, or none"),
        ("RETRY_PAUSES", "10,0", "whole seconds from 1 up"),
        ("MAIL_TIMEOUT", "0", "a number of seconds above 0"),
        ("MAIL_TIMEOUT", "-1", "a number of seconds, 0 or more"),
        ("EXPORT_PAUSE", "-1", "a number of seconds"),
        ("EXPORT_PAUSE", "inf", "a number of seconds"),
        ("EXPORT_PAUSE", "soon", "a number of seconds"),
        ("SITE_URL", "blog.example.com", "the URL that this site has"),
        ("SITE_URL", "https://", "the URL that this site has"),
        ("SITE_URL", "ftp://blog.example.com", "the URL that this site has"),
        ("EXPORT_LINK_SECONDS", "59", "a whole number from 60 up"),
        ("PASSWORD_HASH", "md5", "a method that Werkzeug knows"),
        ("LOGIN_LIMIT", "often", "how often, such as 10 per 5 minutes, or none"),
    ],
)
def test_a_malformed_setting_is_named_with_its_remedy(name, text, remedy):
    with pytest.raises(SettingError) as refused:
        load({name: text})

    assert refused.value.message.startswith(f"{name} is set to something unusable: give ")
    assert remedy in refused.value.message
    assert refused.value.exit_code == 2


def test_a_malformed_setting_is_not_repeated_in_the_message():
    with pytest.raises(SettingError) as refused:
        load({"DATABASE_URL": "a-password-pasted-into-the-wrong-place"})

    assert "password" not in refused.value.message


def test_a_site_whose_mails_lead_elsewhere_is_warned(caplog, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "for tests only")

    runpy.run_path(str(ROOT / "wsgi.py"))

    assert "SITE_URL is http://localhost:5000: give this site's address" in caplog.text


def test_production_without_a_secret_key_refuses_to_start():
    with pytest.raises(SettingError, match="SECRET_KEY is not set"):
        require_secret(load({}))


def test_development_needs_no_secret_key():
    require_secret(load({"FLASK_DEBUG": "1"}))


def test_an_app_reads_the_environment(monkeypatch):
    monkeypatch.setenv("POSTS_PER_PAGE", "7")

    assert create_app().config["POSTS_PER_PAGE"] == 7


def test_an_app_with_settings_of_its_own_does_not_read_the_environment(monkeypatch):
    monkeypatch.setenv("POSTS_PER_PAGE", "7")

    assert create_app({}).config["POSTS_PER_PAGE"] == 25
