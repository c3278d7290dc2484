"""What an archive is packed into: as it is while it is small, else compressed."""

import shutil
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Self
from zipfile import ZIP_DEFLATED, ZipFile

IN_MEMORY = 2**20
# A third as long as zlib's own choice, and half as large again.
LEVEL = 1


class Parcel:
    """A temporary file that becomes a ZIP archive of itself when it outgrows the limit.

    It is written as a stream: neither form is ever whole in memory. Once it is closed up, `file` is
    to be read from its start, and `size`, `filename` and `media_type` say what it is.
    """

    def __init__(self, name: str, media_type: str, limit: int) -> None:
        self.name, self.media_type, self.limit = name, media_type, limit
        self.filename, self.size = name, 0
        self.file = _temporary()
        self._zip: ZipFile | None = None
        self._member: IO[bytes] = self.file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Delete the file."""
        self.file.close()

    def write(self, data: bytes) -> None:
        """Add to it."""
        if self._zip is None and self.file.tell() + len(data) > self.limit:
            self._compress()
        self._member.write(data)

    def close_up(self) -> None:
        """Finish what is written, for reading."""
        if self._zip is not None:
            self._member.close()
            self._zip.close()
        self.size = self.file.tell()
        self.file.seek(0)

    def _compress(self) -> None:
        plain, self.file = self.file, _temporary()
        self._zip = ZipFile(self.file, "w", ZIP_DEFLATED, compresslevel=LEVEL)
        self._member = self._zip.open(self.name, "w", force_zip64=True)
        self.filename = f"{self.name.partition('.')[0]}.zip"
        self.media_type = "application/zip"
        with plain:
            plain.seek(0)
            shutil.copyfileobj(plain, self._member)


def _temporary() -> IO[bytes]:
    return SpooledTemporaryFile(IN_MEMORY)
