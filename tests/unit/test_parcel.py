"""A parcel is a file as it was written, or a ZIP archive of it when it outgrows the limit."""

import io
import zipfile

import pytest

from app.parcel import Parcel


def packed(*pieces, limit):
    """Return a parcel's name, its media type, its size and its bytes."""
    with Parcel("posts.json", "application/json", limit) as parcel:
        for piece in pieces:
            parcel.write(piece)
        parcel.close_up()
        return parcel.filename, parcel.media_type, parcel.size, parcel.file.read()


@pytest.mark.parametrize("pieces", [(), (b"",), (b"one, two",), (b"one,", b" two")])
def test_up_to_the_limit_it_is_what_was_written(pieces):
    whole = b"".join(pieces)

    assert packed(*pieces, limit=8) == ("posts.json", "application/json", len(whole), whole)


@pytest.mark.parametrize(
    "pieces", [(b"one, two!",), (b"one,", b" two", b"!", b""), (b"x" * 10**6,)]
)
def test_above_the_limit_it_is_a_zip_of_what_was_written(pieces):
    name, media_type, size, data = packed(*pieces, limit=8)

    assert (name, media_type, size) == ("posts.zip", "application/zip", len(data))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["posts.json"]
        assert archive.read("posts.json") == b"".join(pieces)


def test_its_temporary_file_is_gone_with_it():
    with Parcel("posts.json", "application/json", 8) as parcel:
        parcel.write(b"one, two, three")
        parcel.close_up()

    assert parcel.file.closed
