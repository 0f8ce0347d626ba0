"""What Python's zipfile says of an archive that it cannot read, for whatever opens one."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib

#: It is damaged, cut off, has names that are none, or (NotImplementedError) is packed by a method or for a version of zip that zipfile
#: does not know.
UNREADABLE_ZIP = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, struct.error, lzma.LZMAError,
)  # fmt: skip


def check_members(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse an archive in which a member says that it takes more than all of it: zipfile makes room for what it says.

    Raises:
        zipfile.BadZipFile: There is one; it is among :data:`UNREADABLE_ZIP`.
    """
    if any(info.compress_size > size for info in archive.infolist()):
        raise zipfile.BadZipFile("a member takes more than there is")
