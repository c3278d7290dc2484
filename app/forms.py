"""The forms, and what they refuse."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import func, select
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
    Email,
    EqualTo,
    InputRequired,
    Length,
    Regexp,
    ValidationError,
)

from app.extensions import db
from app.models import POST_LENGTH, User, unstorable


def storable(_form: Form, field: Field) -> None:
    """Refuse text that no database could keep."""
    if unstorable(field.data or ""):
        raise ValidationError(_l("This holds a character that cannot be stored."))


def short_text(label: Any, *validators: Any, **options: Any) -> TextAreaField:
    """Return a field for up to POST_LENGTH characters.

    The browser is not told the limit: it would count an emoji as two.
    """
    limit = Length(max=POST_LENGTH, message=_l("At most %(max)d characters."))
    options.setdefault("render_kw", {"rows": 3}).update(maxlength=False)
    return TextAreaField(label, [*validators, limit, storable], **options)


class LoginForm(FlaskForm):
    username = StringField(_l("Username"), [DataRequired(), storable])
    password = PasswordField(_l("Password"), [InputRequired()])
    remember_me = BooleanField(_l("Remember me"))
    submit = SubmitField(_l("Log in"))


class RegistrationForm(FlaskForm):
    username = StringField(
        _l("Username"),
        [
            DataRequired(),
            Length(max=64),
            Regexp(r"^[\w.-]+$", message=_l("Only letters, digits, dots, dashes and underscores.")),
        ],
    )
    email = EmailField(_l("Email"), [DataRequired(), Email(), Length(max=120)])
    password = PasswordField(_l("Password"), [InputRequired()])
    password2 = PasswordField(_l("Repeat the password"), [InputRequired(), EqualTo("password")])
    submit = SubmitField(_l("Register"))

    def validate_username(self, field: Field) -> None:
        """Refuse a name that somebody has."""
        if db.session.scalar(select(User.id).where(User.username == field.data)):
            raise ValidationError(_l("Please choose another username."))

    def validate_email(self, field: Field) -> None:
        """Refuse an address that somebody registered with, in whatever case."""
        if db.session.scalar(select(User.id).where(func.lower(User.email) == field.data.lower())):
            raise ValidationError(_l("Please use another email address."))


class ResetRequestForm(FlaskForm):
    email = EmailField(_l("Email"), [DataRequired(), Email()])
    submit = SubmitField(_l("Send me a link"))


class ResetForm(FlaskForm):
    password = PasswordField(_l("New password"), [InputRequired()])
    password2 = PasswordField(_l("Repeat the password"), [InputRequired(), EqualTo("password")])
    submit = SubmitField(_l("Set the new password"))


class PostForm(FlaskForm):
    body = short_text(_l("Say something"), DataRequired())
    submit = SubmitField(_l("Post"))


class MessageForm(FlaskForm):
    body = short_text(_l("Message"), DataRequired())
    submit = SubmitField(_l("Send"))


class ProfileForm(FlaskForm):
    about_me = short_text(_l("About me"))
    submit = SubmitField(_l("Save"))


class EmptyForm(FlaskForm):
    """A button: nothing but the CSRF token."""
