"""A link to choose a new password, by mail."""

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from redis.exceptions import RedisError

from app import accounts, mail
from app.tasks.engine import BrokerUnreachable
from app.tasks.mail import send_email
from app.tasks.queue import retries, runs_as_job, task_queue
from app.tokens import reset_link


def ask_for_reset_link(address: str) -> None:
    """Have a link to choose a new password mailed to the user of this address, if there is one.

    A job looks whether there is: neither what happens here nor how long it takes tells a stranger.
    Raises BrokerUnreachable.
    """
    try:
        task_queue().enqueue_call(
            send_reset_link,
            args=(address,),
            description="mail: reset link",
            retry=retries(),
        )
    except RedisError as error:
        raise BrokerUnreachable("send_reset_link") from error


@runs_as_job
def send_reset_link(address: str) -> None:
    """Mail the user of this address, if there is one, a link in their language."""
    user = accounts.at(address)
    if user is None:
        return
    minutes = current_app.config["RESET_LINK_SECONDS"] // 60
    with force_locale(user.reads):
        send_email(
            _("[Microblog] Reset your password"),
            current_app.config["MAIL_DEFAULT_SENDER"],
            [user.email],
            *mail.compose("reset_password", user=user, link=reset_link(user), minutes=minutes),
        )
