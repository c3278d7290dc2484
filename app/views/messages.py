"""Private messages: send one, read one's own."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app import accounts
from app.extensions import db
from app.forms import MessageForm
from app.models import Message
from app.notifications import notify_unread, read_messages
from app.views.paging import page_of

bp = Blueprint("messages", __name__)


@bp.get("/messages")
@login_required
def inbox() -> ResponseReturnValue:
    """Show the messages to oneself, newest first; they count as read from then on."""
    received = Message.received_by(current_user)
    fresh = {message.id for message in page_of(received, Message) if message.unread}
    read_messages(current_user)
    db.session.commit()
    return render_template("messages/inbox.html", messages=page_of(received, Message), fresh=fresh)


@bp.route("/messages/to/<username>", methods=["GET", "POST"])
@login_required
def send(username: str) -> ResponseReturnValue:
    """Send somebody a message."""
    recipient = accounts.named(username) or abort(404)
    form = MessageForm()
    if form.validate_on_submit():
        sent = Message(body=form.body.data, sender_id=current_user.id, recipient_id=recipient.id)
        db.session.add(sent)
        notify_unread(recipient)
        db.session.commit()
        flash(_("Your message has been sent."), "success")
        return redirect(url_for("profile.show", username=username))
    return render_template("messages/send.html", form=form, recipient=recipient)
