"""Which of several workers does what only one should: whoever holds a lock on a file. It ends with its holder."""

import fcntl
from pathlib import Path
from typing import IO


class Baton:
    """Of one process. Without a directory there is no other worker, and it is always mine."""

    def __init__(self, directory: Path | None) -> None:
        self._path = directory / "baton" if directory else None
        self._held: IO[bytes] | None = None

    def is_mine(self) -> bool:
        """Whether this process has it, or gets it now."""
        if self._path is None or self._held is not None:
            return True
        file = self._path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._held = file
        return True

    def close(self) -> None:
        """Leave it to another."""
        if self._held is not None:
            self._held.close()
            self._held = None
