"""Start zygotes and have them fork kernels. Standard library alone, so that a program can start one at its very start.

A zygote is shared by all kernels that may be forked from it: same Python, same libraries, same environment, same
folder, same limits. It is reached by a pair of sockets that have no name, so nobody can ask it for a kernel but the
process that started it and those which that process forks.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LAUNCHER = ["-m", "ipykernel_launcher"]
PRELOAD = ("numpy", "pandas", "matplotlib.pyplot", "seaborn")
VOLATILE = {"JPY_PARENT_PID", "JPY_SESSION_NAME", "PYTEST_CURRENT_TEST", "_"}  # differ from start to start, no more
INHERITED = ("Umask", "SigBlk", "SigIgn", "Uid", "Gid", "Groups", "CapEff", "NoNewPrivs", "Seccomp", "Cpus_allowed")
RESERVED = 0b11 << 31  # signals 32 and 33: the C library changes by itself what becomes of them
MOST = 3  # zygotes that a process keeps; each holds its libraries in memory
PATIENCE = 60  # seconds that the libraries may take to import and the kernel to listen
LOST = -9  # how a kernel ended whose zygote cannot tell


class NoForkError(RuntimeError):
    """A kernel cannot be forked; the message says why."""


@dataclass
class Zygote:
    """A process that forks kernels, the socket to ask it on, who started it, and what is known of it."""

    process: subprocess.Popen[bytes]
    requests: socket.socket
    owner: int
    proved: bool = False  # it has forked a kernel
    hopeless: bool = False  # it ended before that, and so would another


_zygotes: dict[str, Zygote] = {}  # the one used last stands last
_dropped: list[Zygote] = []
_lock = threading.RLock()


class ForkedProcess:
    """What jupyter_client needs of `subprocess.Popen`, for a kernel that is the child of a zygote.

    The kernel says its number when it listens, the zygote how it ended. Both hold the socket: where the zygote has been
    killed, the end of the kernel closes it.
    """

    stdin = stdout = stderr = None

    def __init__(self, talk: socket.socket) -> None:
        self.pid = 0
        self.returncode: int | None = None
        self._talk = talk

    def poll(self) -> int | None:
        """Return how the kernel ended, None while it runs."""
        self.hear(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return how the kernel ended, once it has."""
        end = None if timeout is None else time.monotonic() + timeout
        while self.returncode is None:
            self.hear(None if end is None else max(0, end - time.monotonic()))
            if self.returncode is None and end and time.monotonic() >= end:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
        return self.returncode

    def hear(self, timeout: float | None) -> dict[str, Any]:
        """Return the next message of zygote or kernel; nothing where none comes within so many seconds."""
        if self.returncode is not None:
            return {}
        try:
            self._talk.settimeout(timeout)
            words = self._talk.recv(4096)
        except (BlockingIOError, TimeoutError):
            return {}
        except ConnectionError:
            words = b""
        said: dict[str, Any] = json.loads(words or json.dumps({"ended": LOST}))
        if "ended" in said:
            self.returncode = said["ended"]
            self._talk.close()
        return said

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel, if it runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has ended, and the zygote is about to say so
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End the kernel with SIGKILL."""
        self.send_signal(signal.SIGKILL)


def is_wanted() -> bool:
    """Return whether kernels are to be forked here: on Linux, unless the environment says ``FORKKERNEL=0``.

    Examples
    --------
    >>> os.environ["FORKKERNEL"] = "0"
    >>> is_wanted()
    False
    >>> del os.environ["FORKKERNEL"]
    """
    return sys.platform == "linux" and os.environ.get("FORKKERNEL") != "0"


def choose_preload() -> list[str]:
    """Return the modules to import before the fork: those of ``FORKKERNEL_PRELOAD``, or the usual ones.

    Examples
    --------
    >>> os.environ["FORKKERNEL_PRELOAD"] = "json,csv"
    >>> choose_preload()
    ['json', 'csv']
    >>> del os.environ["FORKKERNEL_PRELOAD"]
    """
    names = os.environ.get("FORKKERNEL_PRELOAD")
    return list(PRELOAD) if names is None else [name for name in names.split(",") if name]


def find_zygote(
    preload: Sequence[str],
    *,
    python: Sequence[str] = (sys.executable,),
    env: Mapping[str, str] | None = None,
    cwd: str | os.PathLike[str] | None = None,
) -> Zygote:
    """Return a zygote for such kernels; where there is none, start it, and do not wait for its libraries.

    A program that will soon start kernels calls this first, so that the libraries are imported while it does other
    things. Processes that it forks afterwards share the zygote.

    Parameters
    ----------
    preload : sequence of str
        Modules to import; those that are not installed are left out.
    python : sequence of str, optional
        The interpreter and its options.
    env : mapping, optional
        Environment of the kernels; that of this process where none is given.
    cwd : path, optional
        Where the kernels start; the folder of this process where none is given.

    Raises
    ------
    NoForkError
        Where forking is not wanted, or one like it ended before it forked anything.
    OSError
        Where it cannot be started.

    Examples
    --------
    >>> find_zygote(["json"]) is find_zygote(["json"]) if is_wanted() else True
    True
    """
    if not is_wanted():
        raise NoForkError("not on this platform, or FORKKERNEL=0")
    env, folder = dict(os.environ if env is None else env), os.path.realpath(cwd or os.getcwd())
    stable = sorted((name, value) for name, value in env.items() if name not in VOLATILE)
    key = json.dumps([list(preload), list(python), stable, folder, _read_inherited()])
    with _lock:
        while key not in _zygotes and len(_zygotes) >= MOST:
            drop_zygote(next(iter(_zygotes.values())))
        zygote = _zygotes.pop(key, None) or _start_zygote([*python], [*preload], env, folder)
        _zygotes[key] = zygote
    if zygote.hopeless:
        raise NoForkError("one like it ended before it forked anything")
    return zygote


def _read_inherited() -> list[str]:
    """Return what a process hands on when it starts another: umask, signals, limits, rights."""
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    status = {name: value for name, _, value in (line.partition(":\t") for line in lines)}
    for name in ("SigBlk", "SigIgn"):
        status[name] = hex(int(status[name], 16) & ~RESERVED)
    limits = Path("/proc/self/limits").read_text(encoding="ascii")
    return [*(status.get(name, "") for name in INHERITED), limits, str(os.nice(0))]


def _start_zygote(python: list[str], preload: list[str], env: dict[str, str], folder: str) -> Zygote:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        script = [str(Path(__file__).with_name("zygote.py")), str(theirs.fileno()), str(os.getpid())]
        alone: Any = {"start_new_session": True, **dict.fromkeys(["stdin", "stdout", "stderr"], subprocess.DEVNULL)}
        command, fds = [*python, *script, *preload], [theirs.fileno()]
        try:
            process = subprocess.Popen(command, pass_fds=fds, env=env, cwd=folder, **alone)
        except OSError:
            ours.close()
            raise
    return Zygote(process, ours, os.getpid())


def drop_zygote(zygote: Zygote) -> None:
    """Ask a zygote for nothing more. It ends with its last kernel.

    Examples
    --------
    >>> if is_wanted():
    ...     drop_zygote(find_zygote(["json"]))
    """
    with _lock:
        for key in [key for key, known in _zygotes.items() if known is zygote]:
            del _zygotes[key]
        zygote.requests.close()
        _dropped.append(zygote)
        _dropped[:] = [old for old in _dropped if old.owner == os.getpid() and old.process.poll() is None]


def fork_kernel(
    cmd: Sequence[str],
    preload: Sequence[str],
    streams: Sequence[int],
    *,
    env: Mapping[str, str],
    cwd: str | os.PathLike[str] | None = None,
) -> ForkedProcess:
    """Have a kernel forked, and return it when it listens on its ports.

    Parameters
    ----------
    cmd : sequence of str
        The command of the ordinary kernel, ``PYTHON [OPTION]... -m ipykernel_launcher [ARGUMENT]...``.
    preload : sequence of str
        Modules that its zygote has imported.
    streams : sequence of int
        Descriptors of its standard input, output and error.
    env : mapping
        Its environment.
    cwd : path, optional
        Where it starts.

    Raises
    ------
    NoForkError
        If the command is another one, the zygote refuses or has ended, or the kernel ended before it listened. Where a
        zygote was killed, or what it imported has changed, another is tried first.

    Examples
    --------
    >>> fork_kernel(["ir", "--kernel"], [], [0, 1, 2], env={})
    Traceback (most recent call last):
    ...
    forkkernel.launch.NoForkError: not a kernel of IPython
    """
    start = next((place for place in range(1, len(cmd)) if [*cmd[place : place + 2]] == LAUNCHER), 0)
    if not start:
        raise NoForkError("not a kernel of IPython")
    request = {"cmd": [*cmd], "arguments": [*cmd[start + 2 :]], "env": {**env}}
    for _ in range(2):
        kernel = _ask(find_zygote(preload, python=cmd[:start], env=env, cwd=cwd), request, streams)
        if kernel:
            return kernel
    raise NoForkError("twice, an import had changed or the zygote ended")


def _ask(zygote: Zygote, request: Mapping[str, object], streams: Sequence[int]) -> ForkedProcess | None:
    """Return a kernel, or None where another zygote may fork it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs, open(os.memfd_create("request"), "w+", encoding="utf-8") as file:
        json.dump(request, file)
        file.flush()
        with suppress(OSError):  # it has ended, and its end of the socket will not answer
            socket.send_fds(zygote.requests, [b"?"], [theirs.fileno(), file.fileno(), *streams])
    process = ForkedProcess(ours)
    answer = process.hear(PATIENCE)
    if "pid" in answer:
        zygote.proved, process.pid = True, answer["pid"]
        return process
    ours.close()  # a kernel that listens later finds that nobody waits for it, and ends
    if "refused" in answer:
        raise NoForkError(answer["refused"])
    if answer.get("ended", LOST) != LOST:
        raise NoForkError(f"the kernel ended with {answer['ended']} before it listened")
    if zygote.proved or "stale" in answer:
        drop_zygote(zygote)
        return None
    zygote.hopeless = True
    zygote.requests.close()
    raise NoForkError("the zygote ended before it forked anything, or took too long")


@atexit.register
def _end_zygotes() -> None:
    for zygote in [*_zygotes.values(), *_dropped]:
        if zygote.owner == os.getpid():
            zygote.requests.close()
            zygote.process.kill()
            zygote.process.wait()


def _renew_lock() -> None:
    """Give a forked process a lock of its own, since another thread may have held the old one."""
    global _lock
    _lock = threading.RLock()


with suppress(AttributeError):  # Windows
    os.register_at_fork(after_in_child=_renew_lock)
