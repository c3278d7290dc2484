"""How often something may be tried: counted on the broker, and not at all while that is down."""

import math
from collections.abc import Callable
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, ClassVar, cast

from flask import Flask, current_app, g, request
from flask_limiter import Limiter, RequestLimit
from flask_limiter.errors import RateLimitExceeded
from flask_login import current_user
from limits.storage import RedisStorage, Storage
from redis import Redis
from redis.exceptions import RedisError

from app import clock


class BrokerStorage(RedisStorage):
    """Counts on the broker of the app at hand; while that is down, nobody is held back."""

    STORAGE_SCHEME: ClassVar[list[str]] = ["broker"]  # type: ignore[misc]

    def __init__(self, uri: str, **options: Any) -> None:
        Storage.__init__(self, uri, **options)  # RedisStorage's would connect
        self.key_prefix = self.PREFIX
        self.target_server = "redis"
        self.dependency = self.dependencies["redis"].module

    def get_connection(self, readonly: bool = False) -> Redis:  # type: ignore[override]
        """Return a client of the broker."""
        return cast(Redis, current_app.redis)  # type: ignore[attr-defined]

    @property
    def lua_incr_expire(self) -> Any:  # type: ignore[override]
        """The script that counts, for the broker of the app at hand."""
        return self.get_connection().register_script(self.SCRIPT_INCR_EXPIRE)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count one more, and return how many; 0 while the broker does not answer."""
        if "broker_is_down" in g:  # a page waits for it once, however many limits it has
            return 0
        try:
            return super().incr(key, expiry, amount)
        except RedisError as error:
            g.broker_is_down = True
            current_app.logger.warning("Nobody is held back, the broker does not count: %s", error)
            return 0


def by_network() -> str:
    """Return where the request comes from: its address; of IPv6, what one household has."""
    told = request.remote_addr or ""
    try:
        address = ip_address(told)
    except ValueError:  # a socket's name, or what a proxy wrote
        return told or "nowhere"
    if isinstance(address, IPv6Address) and not address.ipv4_mapped:
        return str(ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


def by_user() -> str:
    """Return who is logged in."""
    return str(current_user.id)


def by_text(field: str, spelled: Callable[[str], str] = str) -> Callable[[], str]:
    """Return what gives a key for the text in a field, and keeps the text itself secret.

    Texts count as one that `spelled` returns the same for.
    """

    def key() -> str:
        text = spelled(request.form.get(field, ""))
        return sha256(text.encode(errors="replace")).hexdigest()

    return key


limiter = Limiter(by_network, storage_uri="broker://", strategy="fixed-window")


def limit(setting: str, key: Callable[[], str] = by_network) -> Any:
    """Let a view be posted to only as often as the setting says, for each key."""
    return limiter.limit(lambda: current_app.config[setting], key_func=key, methods=["POST"])


def limit_together(setting: str) -> Any:
    """Let all such views be posted to only as often as the setting says, from each network."""
    return limiter.shared_limit(
        lambda: current_app.config[setting], scope=setting, methods=["POST"]
    )


def init_app(app: Flask) -> None:
    """Count the requests of this app."""
    limiter.init_app(app)


def seconds_to_wait(error: RateLimitExceeded) -> int:
    """Return when to try again what was refused."""
    met = cast(RequestLimit, limiter.current_limit)
    try:
        left = met.window.reset_time - clock.now().timestamp()
    except RedisError:
        left = error.limit.limit.get_expiry()
    return max(1, math.ceil(left))
