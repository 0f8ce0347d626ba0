"""What Python's zipfile says of an archive that it cannot read, for whatever opens one."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib

#: What zipfile raises for an archive that is no good.
UNREADABLE_ZIP = (
    zipfile.BadZipFile,  # it is damaged
    zlib.error,  # so is what is packed in it
    lzma.LZMAError,  # the same, packed in another way
    EOFError,  # it is cut off
    NotImplementedError,  # it is packed by a method, or for a version of zip, that zipfile does not know
    UnicodeDecodeError,  # the name of a member is no text
    struct.error,  # what is said of a member is too short
)


def check_members(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse an archive in which a member says that it takes more than all of it: zipfile makes room for what it says.

    Raises:
        zipfile.BadZipFile: There is one; it is among :data:`UNREADABLE_ZIP`.
    """
    if any(info.compress_size > size for info in archive.infolist()):
        raise zipfile.BadZipFile("a member takes more than there is")
