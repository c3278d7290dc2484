"""How gunicorn serves the site, wherever that is.

Its own variables say the rest: WEB_CONCURRENCY how many processes, PORT where to listen on every
interface (else it is 127.0.0.1:8000), GUNICORN_CMD_ARGS whatever else.
"""

from pathlib import Path

# Pages wait for the database and the broker: threads cost less than processes meanwhile.
threads = 4
# A request that is under way when the server is told to stop, or to take new code, is answered.
graceful_timeout = 30
# Where processes show that they live; on a disk that is busy they would seem dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - its files are unnamed
# gunicorn 27 would listen for commands on a socket in the home folder, which need not be writable.
control_socket_disable = True
