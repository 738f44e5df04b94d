"""A real socket that is answered by a test's own function, each connection on a thread of its own."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

HOST = "127.0.0.1"


@contextmanager
def listening(answer: Callable[[socket.socket], None], *, seconds: float = 10) -> Iterator[str]:
    """Its origin; gone at the end of the block. `seconds`: for one read or write of `answer`."""
    listener = socket.create_server((HOST, 0), backlog=512)
    listener.settimeout(0.1)
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection:
            connection.settimeout(seconds)
            with suppress(OSError):  # the client went away, as it should
                answer(connection)

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        over.set()
        thread.join()
        listener.close()
