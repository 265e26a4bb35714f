"""A real S3 server on loopback, for tests of layers in an object store."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def bucket(patch: pytest.MonkeyPatch) -> Iterator[str]:
    """URL in an empty bucket, on a server that lives as long; this process, and those it starts, are told of it."""
    pytest.importorskip("moto.server", reason="moto is not installed", exc_type=ImportError)
    pytest.importorskip("s3fs", reason="s3fs is not installed")
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    patch.setenv("AWS_ACCESS_KEY_ID", "someone")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "some-secret")
    patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3fs.S3FileSystem.clear_instance_cache()  # those of another server
    name = f"news-{secrets.token_hex(4)}"  # the servers of a process share their buckets
    s3fs.S3FileSystem().mkdir(name)
    try:
        yield f"s3://{name}/its layers"
    finally:
        server.stop()
        s3fs.S3FileSystem.clear_instance_cache()
