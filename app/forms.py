"""The forms, and what they refuse."""

import unicodedata
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    Form,
    PasswordField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    EqualTo,
    InputRequired,
    Length,
    Regexp,
    ValidationError,
)

from app import accounts
from app.models import POST_LENGTH, unstorable

PASSWORD_LENGTH = 256


def storable(_form: Form, field: Field) -> None:
    """Refuse text that no database could keep."""
    if unstorable(field.data or ""):
        raise ValidationError(_l("This holds a character that cannot be stored."))


def plain_name(_form: Form, field: Field) -> None:
    """Refuse a name that looks like another, or cannot be a part of an address on this site."""
    name = field.data
    if unicodedata.normalize("NFKC", name) != name or not name.strip("."):
        raise ValidationError(_l("Please write it with plain letters."))


def sendable(_form: Form, field: Field) -> None:
    """Refuse what no mail can be sent to; keep the address as mail servers write it."""
    try:
        found = validate_email(
            field.data, check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError:
        raise ValidationError(_l("Invalid email address.")) from None
    field.data = found.ascii_email


def password_field(label: Any) -> PasswordField:
    """Return a field for a password, which must not keep the hash busy for long."""
    limit = Length(max=PASSWORD_LENGTH, message=_l("At most %(max)d characters."))
    return PasswordField(label, [InputRequired(), limit, storable])


def short_text(label: Any, *validators: Any, **options: Any) -> TextAreaField:
    """Return a field for up to POST_LENGTH characters.

    The browser is not told the limit: it would count an emoji as two.
    """
    limit = Length(max=POST_LENGTH, message=_l("At most %(max)d characters."))
    options.setdefault("render_kw", {"rows": 3}).update(maxlength=False)
    return TextAreaField(label, [*validators, limit, storable], **options)


class BrowserForm(FlaskForm):
    """A form, sent as browsers send it: JSON or an upload could hold what is no text."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Form, formdata: object) -> MultiDict[str, str] | None:
            """Return what was sent."""
            return request.form if form.is_submitted() else None


class LoginForm(BrowserForm):
    username = StringField(_l("Username"), [DataRequired(), storable])
    password = password_field(_l("Password"))
    remember_me = BooleanField(_l("Remember me"))
    submit = SubmitField(_l("Log in"))


class RegistrationForm(BrowserForm):
    username = StringField(
        _l("Username"),
        [
            DataRequired(),
            Length(max=64),
            Regexp(r"[\w.-]+\Z", message=_l("Only letters, digits, dots, dashes and underscores.")),
            plain_name,
        ],
    )
    email = EmailField(_l("Email"), [DataRequired(), sendable, Length(max=120)])
    password = password_field(_l("Password"))
    password2 = PasswordField(_l("Repeat the password"), [InputRequired(), EqualTo("password")])
    submit = SubmitField(_l("Register"))

    def validate_username(self, field: Field) -> None:
        """Refuse a name that somebody has."""
        if not field.errors and accounts.named(field.data):
            raise ValidationError(_l("Please choose another username."))

    def validate_email(self, field: Field) -> None:
        """Refuse an address that somebody registered with, in whatever case."""
        if not field.errors and accounts.at(field.data):
            raise ValidationError(_l("Please use another email address."))


class ResetRequestForm(BrowserForm):
    email = EmailField(_l("Email"), [DataRequired(), sendable])
    submit = SubmitField(_l("Send me a link"))


class ResetForm(BrowserForm):
    password = password_field(_l("New password"))
    password2 = PasswordField(_l("Repeat the password"), [InputRequired(), EqualTo("password")])
    submit = SubmitField(_l("Set the new password"))


class PostForm(BrowserForm):
    body = short_text(_l("Say something"), DataRequired())
    submit = SubmitField(_l("Post"))


class MessageForm(BrowserForm):
    body = short_text(_l("Message"), DataRequired())
    submit = SubmitField(_l("Send"))


class ProfileForm(BrowserForm):
    about_me = short_text(_l("About me"))
    submit = SubmitField(_l("Save"))


class DeleteForm(BrowserForm):
    password = password_field(_l("Your password"))
    submit = SubmitField(_l("Delete my account"))


class EmptyForm(BrowserForm):
    """A button: nothing but the CSRF token."""
