"""A reverse proxy in sixty lines: gives a server of this computer under a path of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Proxy:
    """Passes requests below a path on.

    Args:
        path: path below which the server is given, such as `/ccepz`.
        whole: pass the path on as it came, and the Host too, or strip the one and set the other.
    """

    def __init__(self, path: str, whole: bool) -> None:
        self.path, self.whole, self.target = path, whole, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                found, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(found,), daemon=True).start()

    def _carry(self, visitor: socket.socket) -> None:
        """Carry one connection: one request, or a socket until it ends."""
        with contextlib.suppress(OSError, ValueError), visitor:
            head = b""
            while b"\r\n\r\n" not in head:
                part = visitor.recv(65536)
                if not part:
                    return
                head += part
            head, _, rest = head.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            method, path, version = first.split(" ")
            if not path.startswith(self.path):
                visitor.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            upgrade = any(line.lower().startswith("upgrade:") for line in lines)
            if not self.whole:
                path = path.removeprefix(self.path) or "/"
                lines = [line for line in lines if not line.lower().startswith("host:")]
                lines.append(f"Host: 127.0.0.1:{self.target}")
            if not upgrade:
                lines = [line for line in lines if not line.lower().startswith("connection:")] + ["Connection: close"]
            lines += ["X-Forwarded-Proto: https", "X-Forwarded-Host: nowhere.example", f"X-Script-Name: {self.path}/x"]
            with socket.create_connection(("127.0.0.1", self.target)) as server:
                server.sendall("\r\n".join([f"{method} {path} {version}", *lines, "", ""]).encode("latin-1") + rest)
                back = threading.Thread(target=_pipe, args=(server, visitor), daemon=True)
                back.start()
                _pipe(visitor, server)
                back.join()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()


def _pipe(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def proxies(path: str) -> Iterator[dict[str, Proxy]]:
    """Two of them: one that passes everything on as it came, one that rewrites path and Host."""
    found = {"whole": Proxy(path, whole=True), "rewritten": Proxy(path, whole=False)}
    try:
        yield found
    finally:
        for proxy in found.values():
            proxy.close()
