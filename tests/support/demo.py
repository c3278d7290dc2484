"""The demo in a process of its own, as a newcomer starts it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]


class Demo:
    """A demo in a process of its own, in a folder."""

    def __init__(
        self, folder: Path, *arguments: str, command: Sequence[str] = ("-m", "flask", "demo")
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *command, "--data", str(folder), *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""

    def url(self) -> str:
        """Read what it says until it is up, and return its URL."""
        for line in self.process.stdout or ():
            self.said += line
            if line.startswith("Ctrl-C"):
                break
        [url, *_] = re.findall(r"http://127\.0\.0\.1:\d+", self.said)
        return str(url)

    def stop(self, by: int = signal.SIGINT) -> int:
        """Interrupt it, and return its exit code once it has ended."""
        if self.process.poll() is None:
            self.process.send_signal(by)
        self.said += self.process.communicate(timeout=20)[0]
        return self.process.returncode

    def processes(self) -> list[psutil.Process]:
        """Return the processes it consists of."""
        demo = psutil.Process(self.process.pid)
        return [demo, *demo.children(recursive=True)]
