"""The timeline: everybody's posts, and a form for one's own."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app.extensions import db
from app.forms import PostForm
from app.models import Post
from app.views.paging import page_of

bp = Blueprint("timeline", __name__)


@bp.route("/", methods=["GET", "POST"])
@login_required
def index() -> ResponseReturnValue:
    """Show everybody's posts, newest first, and take a new one."""
    form = PostForm()
    if form.validate_on_submit():
        db.session.add(Post(body=form.body.data, user_id=current_user.id))
        db.session.commit()
        flash(_("Your post is out."), "success")
        return redirect(url_for("timeline.index"))
    return render_template("timeline.html", form=form, posts=page_of(Post.newest_first(), Post))
