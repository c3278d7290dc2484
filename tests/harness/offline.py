"""A pytest plugin that allows no connection, look-up or process: `-p tests.harness.offline`."""

import sys

FORBIDDEN = {
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.system",
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyaddr",
    "socket.gethostbyname",
    "subprocess.Popen",
}


def forbid(event: str, arguments: tuple[object, ...]) -> None:
    """Raise if the interpreter is about to do what the default run does without."""
    if event in FORBIDDEN:
        raise RuntimeError(f"The default run does without {event}{arguments}.")


sys.addaudithook(forbid)
