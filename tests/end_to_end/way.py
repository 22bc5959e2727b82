"""A way to a server that can be cut."""

import selectors
import socket
import threading
import time


class Way:
    """A TCP relay to a port, on a port of its own."""

    def __init__(self, to: int):
        self.to = to
        self.cut = threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.server.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(near,), daemon=True).start()

    def _relay(self, near: socket.socket) -> None:
        """Passes bytes on until either end closes; while the way is cut nothing moves, and nobody is told."""
        far = socket.create_connection(("127.0.0.1", self.to))
        with near, far, selectors.DefaultSelector() as selector:
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _ in selector.select(0.1):
                    while self.cut.is_set():
                        time.sleep(0.02)
                    try:
                        piece = key.fileobj.recv(65536)
                        if not piece:
                            return
                        key.data.sendall(piece)
                    except OSError:
                        return
