"""The forms, and what they refuse."""

import unicodedata
from typing import Any

from babel import Locale
from email_validator import EmailNotValidError, validate_email
from flask import current_app, request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    Form,
    PasswordField,
    SelectField,
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


def as_servers_write(address: str) -> str | None:
    """Return an email address as mail servers write it; None if no mail can be sent to it."""
    try:
        found = validate_email(
            address, check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError:
        return None
    return found.ascii_email


def sendable(_form: Form, field: Field) -> None:
    """Refuse what no mail can be sent to; keep the address as mail servers write it."""
    address = as_servers_write(field.data)
    if address is None:
        raise ValidationError(_l("Invalid email address."))
    field.data = address


def at_most(length: int) -> Length:
    """Refuse what is longer."""
    return Length(max=length, message=_l("At most %(max)d characters."))


def password_field(label: Any) -> PasswordField:
    """Return a field for a password, which must not keep the hash busy for long."""
    return PasswordField(label, [InputRequired(), at_most(PASSWORD_LENGTH), storable])


def repeated_password() -> PasswordField:
    """Return a field for the password again, against slips."""
    same = EqualTo("password", message=_l("This is not the same password."))
    return PasswordField(_l("Repeat the password"), [InputRequired(), same])


def short_text(label: Any, *validators: Any, **options: Any) -> TextAreaField:
    """Return a field for up to POST_LENGTH characters.

    The browser is not told the limit: it would count an emoji as two.
    """
    options.setdefault("render_kw", {"rows": 3}).update(maxlength=False)
    return TextAreaField(label, [*validators, at_most(POST_LENGTH), storable], **options)


def name_of(language: str) -> str:
    """Return what those who speak a language call it."""
    name = str(Locale.parse(language).get_display_name())
    return name[0].upper() + name[1:]


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
            at_most(64),
            Regexp(r"[\w.-]+\Z", message=_l("Only letters, digits, dots, dashes and underscores.")),
            plain_name,
        ],
    )
    email = EmailField(_l("Email"), [DataRequired(), sendable, at_most(120)])
    password = password_field(_l("Password"))
    password2 = repeated_password()
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
    password2 = repeated_password()
    submit = SubmitField(_l("Set the new password"))


class PostForm(BrowserForm):
    body = short_text(_l("Say something"), DataRequired())
    submit = SubmitField(_l("Post"))


class MessageForm(BrowserForm):
    body = short_text(_l("Message"), DataRequired())
    submit = SubmitField(_l("Send"))


class ProfileForm(BrowserForm):
    about_me = short_text(_l("About me"))
    language = SelectField(_l("Language of pages and emails"))
    submit = SubmitField(_l("Save"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        offered = current_app.config["LANGUAGES"]
        self.language.choices = [(each, name_of(each), {"lang": each}) for each in offered]
        if not self.language.raw_data and self.language.data not in offered:  # any more
            self.language.data = str(get_locale())
        if len(offered) == 1:
            del self.language


class DeleteForm(BrowserForm):
    password = password_field(_l("Your password"))
    submit = SubmitField(_l("Delete my account"))


class EmptyForm(BrowserForm):
    """A button: nothing but the CSRF token."""
