"""Tell by the exit code whether this container's web server is up: the image's health check."""

import os
import sys
from urllib.error import URLError
from urllib.request import urlopen

try:
    urlopen(f"http://127.0.0.1:{os.environ['PORT']}/health", timeout=2).close()
except (URLError, OSError) as error:
    sys.exit(f"The web server does not answer: {error}")
