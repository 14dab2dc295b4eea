"""A real PostgreSQL for the tests, from Debian's package, started in a folder of its own and stopped after them."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))


class Server:
    """A server that listens on a socket in its folder only; `stop` and `start` as often as wanted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # initdb refuses root; whoever else runs the tests starts the server himself
        self.user: dict[str, Any] = {"user": _somebody(), "extra_groups": []} if os.geteuid() == 0 else {}
        if self.user:
            shutil.chown(folder, self.user["user"])
        self._do("initdb", "--no-sync", "--auth=trust", "--username=ann", "--encoding=UTF8", "--locale=C")

    def start(self) -> None:
        self._do("pg_ctl", "start", "-w", "-l", str(self.folder / "log"), "-o", self._options())

    def stop(self) -> None:
        self._do("pg_ctl", "stop", "-w", "-m", "immediate")

    def url(self, schema: str) -> str:
        """An empty place of its own in the one database."""
        import psycopg

        with psycopg.connect(f"host={self.folder} user=ann dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        return f"postgresql://ann@/postgres?host={self.folder}&options=-csearch_path%3D{schema}"

    def _options(self) -> str:
        return f"-c listen_addresses='' -k {self.folder} -c fsync=off"

    def _do(self, program: str, *arguments: str) -> None:
        command = [str(BINARIES[-1].parent / program), "-D", str(self.folder / "data"), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            check=False, **self.user,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()


def why_not() -> str:
    """Why no server can be started here; empty where one can."""
    if not BINARIES:
        return "PostgreSQL is not installed in /usr/lib/postgresql"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed"
    return "" if os.geteuid() or _somebody() else "PostgreSQL refuses root, and there is no other user"


@contextmanager
def running() -> Iterator[Server]:
    """A server for a while."""
    folder = Path(tempfile.mkdtemp(prefix="actlab-pg-"))  # pytest's own folders are closed to the server's user
    try:
        server = Server(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _somebody() -> str:
    import pwd

    known = {each.pw_name for each in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), "")
