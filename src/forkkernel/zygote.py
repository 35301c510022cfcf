"""The zygote: a process that has imported the libraries and forks a kernel for each request. Run as a script.

It has one thread, no event loop and no zmq context, so that a fork of it is as good as a new process. It knows three
things a library may look at while it is imported: that there is a kernel, the folder, and matplotlib's backend. It ends
with the process that started it. Nothing of the package is imported here, so any Python that has ipykernel can run it.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import gc
import importlib.util
import io
import json
import os
import selectors
import socket
import struct
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any, NoReturn

# What a kernel imports when it starts and before its first cell ends.
MACHINERY = (
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "ipykernel.debugger", "ipykernel.compiler"),
    *("ipykernel.comm.manager", "ipykernel.subshell_manager", "IPython.core.completerlib", "IPython.core.payloadpage"),
    *("IPython.core.pylabtools", "IPython.extensions.storemagic", "jedi", "sqlite3", "psutil", "pdb"),
)
INLINE = "module://matplotlib_inline.backend_inline"


class Shell:
    """What a library finds that asks for the shell while it is imported: pandas chooses its widths by it."""

    kernel = True
    config: dict[str, Any] = {"IPKernelApp": {}}  # noqa: RUF012


class Stream(io.TextIOBase):
    """What a library keeps that keeps the standard output it finds while it is imported: in a kernel, the kernel's."""

    encoding = "UTF-8"  # as ipykernel's says; pandas shows it among its options

    def __init__(self, name: str) -> None:
        self._name = name

    def _find(self) -> Any:
        found = getattr(sys, self._name)
        return getattr(sys, f"__{self._name}__") if found is self else found

    def write(self, text: str) -> int:
        """Write to the stream that is in its place now."""
        return self._find().write(text)  # type: ignore[no-any-return]

    def flush(self) -> None:
        """Flush the stream that is in its place now."""
        self._find().flush()


def import_machinery() -> None:
    """Import what a kernel imports when it starts."""
    os.environ.setdefault("MPLBACKEND", INLINE)  # as ipykernel does before a cell can import matplotlib
    for name in MACHINERY:
        if importlib.util.find_spec(name.partition(".")[0]):
            importlib.import_module(name)


def preload(names: list[str]) -> str:
    """Import libraries as a cell would; return why a fork would not be as good as a new process, or "".

    ``module:function`` also calls the function, which may fail. A library that is not there is left out. One that
    fails, speaks, starts a thread or chooses a backend would do so in a cell of an ordinary kernel, and then that is
    the kernel to start.
    """
    said = os.memfd_create("said")
    os.dup2(said, 1)
    os.dup2(said, 2)
    builtins.get_ipython = Shell  # type: ignore[attr-defined]
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    sys.path.insert(0, "")
    try:
        for name in names:
            module, _, function = name.partition(":")
            if importlib.util.find_spec(module.partition(".")[0]):
                exec(f"import {module}", {"__name__": "__main__"})  # a warning that is meant for the caller reaches it
            if function:
                with contextlib.suppress(Exception):
                    getattr(sys.modules[module], function)()
    except Exception as error:
        return f"importing {name} failed: {type(error).__name__}: {error}"
    finally:
        _flush()
        sys.path.remove("")
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        del builtins.get_ipython  # type: ignore[attr-defined]
    words = os.pread(said, 400, 0).decode(errors="replace").strip()
    os.close(said)
    return f"importing said: {words}" if words else _find_hindrance()


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()


def _find_hindrance() -> str:
    """Return what would not be in a fork as it is in a new process, or ""; forks once to see which threads stay."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if getattr(pyplot, "_backend_mod", None):
        return "importing chose a backend of matplotlib"
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib_inline"]:
        del sys.modules[name]  # it hooks itself to the shell when it is imported; before there is one, figures vanish
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 3.12 and later warn of the threads that are looked for here
        child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    if len(os.listdir("/proc/self/task")) > 1:  # those of OpenBLAS end at a fork and start again when they are needed
        return "importing started a thread that stays at a fork"
    return ""


def list_files() -> list[str]:
    """Return the files of all loaded modules but Python's own, and the folders where libraries are installed."""
    own = os.path.dirname(os.__file__) + os.sep
    files = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
    files = {file for file in files if file and ("-packages" in file or not file.startswith(own))}
    return sorted(files | {folder for folder in sys.path if folder.endswith("-packages")})


def take_marks(files: list[str]) -> dict[str, object]:
    """Return the state of what a new process would read: the files, names on the path, and matplotlib's settings.

    In a folder on the path, that of the notebook included, those names count that would be taken for a loaded module.
    """
    tops, marks = {name.partition(".")[0] for name in sys.modules}, dict[str, object]()
    for folder in dict.fromkeys([".", *sys.path]):
        with contextlib.suppress(OSError):
            marks[folder] = sorted(entry for entry in os.listdir(folder) if entry.partition(".")[0] in tops)
    if matplotlib := sys.modules.get("matplotlib"):
        styles = os.path.join(matplotlib.get_configdir(), "stylelib")
        with contextlib.suppress(OSError):
            files = [*files, *(os.path.join(styles, name) for name in os.listdir(styles))]
        files = [*files, matplotlib.matplotlib_fname()]
    return marks | {f"state of {file}": _mark(file) for file in files}


def _mark(path: str) -> tuple[int, int] | None:
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_mtime_ns, 0 if os.path.isdir(path) else state.st_size


def serve(requests: socket.socket, last: int, refuse: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Answer requests for a kernel until the starter has ended; return in a forked child alone, with its request.

    A request is a datagram with descriptors: a socket to answer on, a file with the request, and the standard streams.
    Answers, datagrams too, are why there is no kernel, and how one ended. That it listens, the kernel says by itself:
    one message, so that none can overtake another.

    Parameters
    ----------
    requests : socket.socket
    last : int
        Descriptor of the process to end with.
    refuse : callable
        Returns what to answer in place of forking, nothing where all is well.
    """
    watch, kernels = selectors.DefaultSelector(), dict[int, tuple[int, socket.socket]]()
    watch.register(requests, selectors.EVENT_READ)
    watch.register(last, selectors.EVENT_READ)
    while kernels or requests.fileno() >= 0:
        for key, _ in watch.select():
            if key.fd == last:
                os._exit(0)
            if key.fd in kernels:
                watch.unregister(key.fd)
                os.close(key.fd)
                child, talk = kernels.pop(key.fd)
                _say(talk, {"ended": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])})
                continue
            _, files, *_ = socket.recv_fds(requests, 1, 5, socket.MSG_CMSG_CLOEXEC)
            if not files:  # no one is left who could ask
                watch.unregister(requests)
                requests.close()
                continue
            talk = socket.socket(fileno=files.pop(0))
            answer = refuse() if _is_waited_for(talk) else {"refused": "too late"}
            child = -1 if answer else os.fork()
            if child == 0:
                _close([watch, requests, *(other for _, other in kernels.values())], [last, *kernels])
                return {"talk": talk, "files": files}
            _close([], files)
            if answer:
                _say(talk, answer)
            else:
                end = os.pidfd_open(child)
                kernels[end] = child, talk
                watch.register(end, selectors.EVENT_READ)
    os._exit(0)


def _is_waited_for(talk: socket.socket) -> bool:
    """Return whether who asked still holds the other end; nothing is ever heard but the end of one who does not."""
    try:
        talk.recv(1, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


def _close(things: list[Any], files: list[int]) -> None:
    for thing in things:
        thing.close()
    for file in files:
        os.close(file)


def _say(talk: socket.socket, words: dict[str, Any]) -> None:
    """Say a last word."""
    with talk, contextlib.suppress(OSError):  # who asked has ended; its kernel ends by itself
        talk.send(json.dumps(words).encode())


def become_kernel(talk: socket.socket, files: list[int], made: dict[str, str], filters: list[Any]) -> NoReturn:
    """Turn a fork into the kernel that was asked for, and run it to its end.

    Parameters
    ----------
    talk : socket.socket
        Where to say that it listens.
    files : list of int
        The file with the request, and the standard streams.
    made : dict
        Variables that an import has set.
    filters : list
        Of warnings, that an import has set: before those of IPython, as where a cell has imported it.
    """
    os.setsid()
    with open(files[0], encoding="utf-8") as file:
        file.seek(0)
        request = json.load(file)
    for number, given in enumerate(files[1:]):
        os.dup2(given, number)
        os.close(given)
    for stream in (sys.__stdout__, sys.__stderr__):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=stream.isatty())
    parent = struct.unpack("3i", talk.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
    os.environ.clear()
    os.environ.update({**request["env"], **made, "JPY_PARENT_PID": str(parent)})
    sys.orig_argv = request["cmd"]
    sys.argv = [importlib.util.find_spec("ipykernel_launcher").origin, *request["arguments"]]  # type: ignore[union-attr, list-item]
    if "numpy.random" in sys.modules:  # `random` does so at each fork by itself
        sys.modules["numpy.random"].seed()
    if "multiprocessing.process" in sys.modules:
        sys.modules["multiprocessing.process"].current_process().authkey = os.urandom(32)

    from ipykernel.kernelapp import IPKernelApp
    from tornado import ioloop

    app: Any = IPKernelApp.instance(parent_handle=parent)
    app.initialize(request["arguments"])
    warnings.filters.sort(key=lambda known: known not in filters)  # type: ignore[attr-defined]  # theirs come first
    app.poller = threading.Thread(target=_end_with, args=(os.pidfd_open(parent),), daemon=True)  # in place of its own
    os.register_at_fork(after_in_child=talk.close)
    ioloop.IOLoop.current().add_callback(_greet, talk)
    try:
        app.start()
        handled = threading.Event()
        app.control_thread.io_loop.add_callback(handled.set)
        handled.wait(
            1
        )  # the request to end is answered through a thread that the exit functions end: first one, then these
        _end()
    finally:
        os._exit(1)


def _greet(talk: socket.socket) -> None:
    """Say that the kernel listens; where nobody waits for it any more, end."""
    try:
        talk.send(json.dumps({"pid": os.getpid()}).encode())
    except OSError:
        os._exit(1)


def _end() -> NoReturn:
    """End as Python does, but for the libraries: their memory goes back as it is, which takes no time.

    Threads are waited for, exit functions run, what the notebook left goes out of use and its open files are closed.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()  # IPython's empties the namespace
    gc.collect()
    for thing in gc.get_objects():
        if issubclass(type(thing), io.IOBase) and thing not in (sys.__stdout__, sys.__stderr__):
            with contextlib.suppress(Exception):
                thing.close()
    _flush()
    os._exit(0)


def _end_with(process: int) -> NoReturn:
    """Wait until a process has ended, then end as ipykernel does that has lost its parent."""
    with selectors.DefaultSelector() as watch:
        watch.register(process, selectors.EVENT_READ)
        watch.select()
    os._exit(1)


def main() -> None:
    """Preload and serve; in each child, be the kernel."""
    if sys.path and os.path.realpath(sys.path[0]) == os.path.dirname(os.path.realpath(__file__)):
        del sys.path[0]
    requests, last, begin = socket.socket(fileno=int(sys.argv[1])), os.pidfd_open(int(sys.argv[2])), time.time_ns()
    requests.set_inheritable(False)
    env = dict(os.environ)
    import_machinery()
    filters = [*warnings.filters]
    refused = preload(sys.argv[3:])
    made = {name: value for name, value in os.environ.items() if env.get(name) != value}
    files = list_files()
    marks, end = take_marks(files), time.time_ns()
    edited = any(isinstance(mark, tuple) and mark[1] and begin <= mark[0] <= end for mark in marks.values())
    answer = {"refused": refused} if refused else {}
    gc.collect()
    gc.freeze()  # so that a collection in a kernel does not copy what all have

    def refuse() -> dict[str, Any]:
        return {"stale": True} if edited or take_marks(files) != marks else answer

    request = serve(requests, last, refuse)
    become_kernel(**request, made=made, filters=[known for known in warnings.filters if known not in filters])


if __name__ == "__main__":
    main()
