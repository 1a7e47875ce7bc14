"""A real S3 API on loopback (moto's server), through which faults can be injected."""

from __future__ import annotations

import io
import os
import random
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import s3fs
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

BUCKET = "holdings"

Request = dict[str, Any]
Answer = Iterable[bytes]
Fault = Callable[["Server", Request, Callable[..., Any]], Answer]
"""What answers a request in the place of the server."""


class Server:
    """The server: where it is, what it was asked, and, by `faulty`, what goes wrong with a request."""

    def __init__(self) -> None:
        self.app = DomainDispatcherApplication(create_backend_app)
        self.asked: Counter[str] = Counter()
        self.faulty: Callable[[str, str], Fault | None] = never
        self.environment: dict[str, str] = {}

    def __call__(self, request: Request, start: Callable[..., Any]) -> Answer:
        """Answer a request (WSGI)."""
        listing = request["REQUEST_METHOD"] == "GET" and "list-type=" in request["QUERY_STRING"]
        method = "LIST" if listing else request["REQUEST_METHOD"]
        self.asked[method] += 1
        fault = self.faulty(method, request["PATH_INFO"])
        return fault(self, request, start) if fault else self.app(request, start)


@contextmanager
def serving() -> Iterator[Server]:
    """A server with one bucket, to which this process and its children are sent for S3.

    botocore tries nothing again here, so that what fails is seen by archiver.
    """
    server = Server()
    served = make_server("127.0.0.1", 0, server, True, request_handler=MotoRequestHandler)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    server.environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{served.server_port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    try:
        with patch.dict(os.environ, server.environment):
            s3fs.S3FileSystem.clear_instance_cache()
            _files().makedirs(BUCKET, exist_ok=True)
            yield server
    finally:
        s3fs.S3FileSystem.clear_instance_cache()
        served.shutdown()
        thread.join()
        served.server_close()


def _files() -> Any:
    return s3fs.S3FileSystem(use_listings_cache=False, skip_instance_cache=True)


def objects(prefix: str) -> dict[str, bytes]:
    """What is below a prefix of the bucket."""
    files = _files()
    root = f"{BUCKET}/{prefix}/"
    return {name.removeprefix(root): files.cat_file(name) for name in files.find(f"{BUCKET}/{prefix}")}


def files_in(folder: Path) -> dict[str, bytes]:
    """What is below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# --- faults -----------------------------------------------------------------------------------


def _refusal(status: str, code: str, message: str) -> Fault:
    def refuse(server: Server, request: Request, start: Callable[..., Any]) -> Answer:
        request["wsgi.input"].read(int(request.get("CONTENT_LENGTH") or 0))
        start(status, [("Content-Type", "application/xml")])
        told = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        return [] if request["REQUEST_METHOD"] == "HEAD" else [told.encode()]

    return refuse


slow_down = _refusal("503 Slow Down", "SlowDown", "Please reduce your request rate.")
internal_error = _refusal("500 Internal Server Error", "InternalError", "We encountered an internal error.")


def reset(server: Server, request: Request, start: Callable[..., Any]) -> Answer:
    """The connection ends without an answer."""
    request["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError


def cut(server: Server, request: Request, start: Callable[..., Any]) -> Answer:
    """The connection ends after half of the answer's body."""
    body = b"".join(server.app(request, start))
    yield body[: len(body) // 2]
    request["werkzeug.socket"].shutdown(socket.SHUT_RDWR)


def damaged_upload(server: Server, request: Request, start: Callable[..., Any]) -> Answer:
    """A bit of what comes in is turned over."""
    body = bytearray(request["wsgi.input"].read(int(request.get("CONTENT_LENGTH") or 0)))
    if body:
        body[len(body) // 2] ^= 1
    request["wsgi.input"] = io.BytesIO(bytes(body))
    answer: Answer = server.app(request, start)
    return answer


FAULTS = {
    "slow down": slow_down,
    "internal error": internal_error,
    "reset": reset,
    "cut": cut,
    "damaged upload": damaged_upload,
}


def always(fault: Fault, method: str) -> Callable[[str, str], Fault | None]:
    """The same fault in every request of a method."""
    return lambda asked, path: fault if asked == method else None


def once(fault: Fault, method: str) -> Callable[[str, str], Fault | None]:
    """A fault in the first request of a method."""
    left = [fault]
    return lambda asked, path: left.pop() if asked == method and left else None


def never(method: str, path: str) -> Fault | None:
    """No fault."""
    return None


def one_in(count: int, seed: int = 0) -> Callable[[str, str], Fault | None]:
    """A fault in about one of so many requests, each time the same ones."""
    chosen = random.Random(seed)
    return lambda method, path: chosen.choice([*FAULTS.values()]) if chosen.randrange(count) == 0 else None
