"""Forked kernels: the same as ordinary ones to a notebook and to whoever starts them, and nothing stays behind."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

import nbformat
import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import v4
from papermill import execute_notebook
from papermill.exceptions import PapermillExecutionError

from forkkernel import launch
from forkkernel.launch import ForkedProcess

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
QUIET = "--IPKernelApp.log_level=50"
PRELOAD = ("pandas", "matplotlib.pyplot", "multiprocessing")


@pytest.fixture(autouse=True)
def _ask(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORKKERNEL", "FORKKERNEL_PRELOAD", "JUPYTER_DEFAULT_PROVISIONER_NAME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all tests that need none of their own: its kernels have one zygote."""
    return tmp_path_factory.mktemp("shared")


@dataclass
class Kernel:
    manager: KernelManager
    client: BlockingKernelClient

    @property
    def process(self) -> Any:
        return self.manager.provisioner.process

    @property
    def pid(self) -> int:
        return int(self.process.pid)

    @property
    def is_forked(self) -> bool:
        return isinstance(self.process, ForkedProcess)

    def run(self, code: str) -> str:
        """Return what a cell prints, or the name of its error."""
        said: list[str] = []
        code = textwrap.dedent(code)

        def hear(message: Mapping[str, Any]) -> None:
            content = message["content"]
            said.append(content.get("text") or content.get("ename") or content.get("data", {}).get("text/plain", ""))

        self.client.execute_interactive(code, output_hook=hear, timeout=60)
        return "".join(said).strip()


def make_stanza(preload: list[str]) -> dict[str, Any]:
    """What a kernelspec says that wants its kernels forked."""
    return {"provisioner_name": "forkkernel", "config": {"preload": preload}}


@contextmanager
def kernel(
    folder: Path, *, forked: bool = True, preload: tuple[str, ...] = PRELOAD, **environment: str
) -> Iterator[Kernel]:
    manager = KernelManager(kernel_name="python3")
    if forked:
        manager.kernel_spec.metadata["kernel_provisioner"] = make_stanza([*preload])
    manager.start_kernel(cwd=str(folder), env={**os.environ, **environment}, extra_arguments=[QUIET])
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)


def wait_until(holds: Callable[[], object], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def is_running(pid: int) -> bool:
    """Whether there is such a process; one that waits to be reaped has ended."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False


def list_children(pid: int) -> set[int]:
    """All descendants of a process that run."""
    pairs = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text(errors="replace").rpartition(") ")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            pairs.append((int(parent), int(folder.name)))
    found = {pid}
    while more := {child for parent, child in pairs if parent in found} - found:
        found |= more
    return found - {pid}


PROBE = """
import decimal, gc, json, locale, logging, os, resource, signal, sys, threading, warnings
import matplotlib, matplotlib.pyplot as plt, numpy as np, pandas as pd
from pandas._config import config
shell = get_ipython()
plain = lambda thing: __import__("re").sub("0x[0-9a-f]+|tmp[^.]+.json", "", repr(thing))
options = {name: pd.get_option(name) for name in sorted(config._registered_options)}
state = {
    "options of pandas": options,
    "rcParams": [matplotlib.rcParams, matplotlib.rcParamsDefault],
    "backend": [matplotlib.get_backend(), plt.isinteractive(), plt._get_backend_mod().__name__, plt._REPL_DISPLAYHOOK],
    "numpy": [np.geterr(), np.get_printoptions()],
    "warnings": [*map(plain, warnings.filters)],
    "environment": sorted(os.environ.items()),
    "folder": [os.getcwd(), os.umask(0o22)],
    "arguments": [sys.argv, sys.orig_argv, sys.flags, sys.path],
    "streams": [[s.encoding, getattr(s, "line_buffering", 0), s.isatty(), type(s)] for s in (
        sys.stdout, sys.stderr, sys.stdin, sys.__stdout__, sys.__stderr__)],
    "files": [os.readlink(f"/proc/self/fd/{number}").partition(":")[0] for number in range(3)],
    "locale": [locale.getlocale(), sys.getfilesystemencoding()],
    "logging": [logging.getLogger().level, logging.getLogger().handlers],
    "signals": [signal.getsignal(number) for number in range(1, 32)],
    "mask": signal.pthread_sigmask(signal.SIG_BLOCK, []),
    "limits": {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name[:7] == "RLIMIT_"},
    "main": [__name__, hasattr(sys.modules["__main__"], "__file__"), sorted(vars(sys.modules["__main__"]))],
    "interpreter": [sys.getrecursionlimit(), sys.getswitchinterval(), gc.isenabled(), decimal.getcontext()],
    "hooks": [plain(hook)[:40] for hook in (sys.excepthook, sys.displayhook, threading.excepthook, sys.breakpointhook)],
    "session": [os.getsid(0) == os.getpid(), os.getpgid(0) == os.getpid(), os.nice(0), os.sched_getaffinity(0)],
    "shell": [shell.config, shell.events.callbacks, {k: sorted(v) for k, v in shell.magics_manager.magics.items()}],
    "printers": {k: sorted(map(str, v.deferred_printers)) for k, v in shell.display_formatter.formatters.items()},
    "threads": threading.active_count(),
    "sys": sorted(vars(sys)),
}
print(json.dumps({name: plain(value) for name, value in state.items()}))
"""


def test_a_notebook_sees_the_same_state_in_a_forked_kernel(folder: Path) -> None:
    found = []
    for forked in (False, True):
        with kernel(folder, forked=forked, GREETING="hello") as one:
            assert one.is_forked == forked
            found.append(json.loads(re.search(r"^\{.*", one.run(PROBE), re.MULTILINE)[0]))  # type: ignore[index]
    ordinary, forked_state = found
    assert {
        name: (ordinary[name], forked_state[name]) for name in ordinary if ordinary[name] != forked_state[name]
    } == {}
    assert "('GREETING', 'hello')" in ordinary["environment"]


FIGURE = """
import matplotlib.pyplot as plt
_ = plt.plot([1, 3, 2], label="$x^2$")
_ = plt.legend()
"""
CELLS = (
    "1 + 1",
    FIGURE,
    "import pandas as pd\npd.DataFrame({f'column {n}': range(70) for n in range(25)})",
    "import warnings\nwarnings.warn('careful', stacklevel=1)",
    "import sys\nprint('out')\nprint('err', file=sys.stderr)",
    "import os\n_ = os.system('echo from below')",
    "from IPython.display import Markdown\nMarkdown('**bold**')",
    "%matplotlib inline\n%config InlineBackend.figure_format = 'svg'",
    "1 / 0",
)


def execute(folder: Path, engine: str | None) -> list[Any]:
    cells = [v4.new_code_cell(source) for source in CELLS]
    path, more = folder / "out.ipynb", {"preload": [*PRELOAD, "matplotlib_inline.backend_inline"]} if engine else {}
    with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
        execute_notebook(
            v4.new_notebook(cells=cells),
            path,
            engine_name=engine,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            cwd=folder,
            extra_arguments=[QUIET],
            **more,
        )
    cells = [cell for cell in nbformat.read(path, 4).cells if "papermill-error-cell-tag" not in cell.metadata.tags]
    outputs = [[merge(cell.outputs), cell.execution_count] for cell in cells]
    return json.loads(re.sub(r'[^\s"]*ipykernel_\d+[^\s"]*', "", json.dumps(outputs)))  # type: ignore[no-any-return]


def merge(outputs: list[Any]) -> list[Any]:
    """Outputs in an order that no chance decides: two streams may arrive either way round."""
    return sorted(outputs, key=lambda output: (output.output_type, output.get("name", "")))


def test_outputs_are_equal_pictures_to_the_byte(folder: Path) -> None:
    ordinary, forked = (execute(folder, engine) for engine in (None, "forkkernel"))
    for source, left, right in zip(CELLS, ordinary, forked, strict=True):
        assert left == right, source
    assert "image/png" in json.dumps(forked)
    assert "column 24" in json.dumps(forked)


def test_nothing_leaks_from_one_kernel_to_the_next(folder: Path) -> None:
    look = "import os, sys, pandas as pd, matplotlib as m; print(pd.get_option('display.precision'), m.rcParams['lines.linewidth'], os.environ.get('LEFT'), 'left' in sys.modules, os.path.basename(os.getcwd()), hasattr(pd, 'left'), 'x' in globals())"  # noqa: E501
    dirty = """
    import os, sys, pandas as pd, matplotlib as m
    pd.set_option("display.precision", 2); m.rcParams["lines.linewidth"] = 9; os.environ["LEFT"] = "1"
    sys.modules["left"] = sys; os.chdir("/"); pd.left = x = 1
    """
    seen = []
    for _ in range(2):
        with kernel(folder) as one:
            assert one.is_forked
            seen.append(one.run(look))
            one.run(dirty)
            assert one.run(look) == "2 9.0 1 True  True True"
    assert seen[0] == seen[1] == f"6 1.5 None False {folder.name} False False"


def test_each_kernel_draws_its_own_random_numbers(folder: Path) -> None:
    draw = """
    import random, tempfile, uuid, numpy as np, multiprocessing.process as p
    key, fresh = p.current_process().authkey, np.random.default_rng()
    print(random.random(), np.random.rand(), fresh.random(), uuid.uuid4(), key)
    """
    drawn = []
    for _ in range(3):
        with kernel(folder) as one:
            assert one.is_forked
            drawn.append(one.run(draw).split(" ", 4))
    assert all(len(set(column)) == 3 for column in zip(*drawn, strict=True))


def test_a_seed_for_hashes_holds(tmp_path: Path) -> None:
    hashes = set()
    for seed in ("1", "1", "2"):
        with kernel(tmp_path, preload=(), PYTHONHASHSEED=seed) as one:
            assert one.is_forked
            hashes.add(one.run("print(hash('a'))"))
    assert len(hashes) == 2


def test_files_left_open_are_written(folder: Path) -> None:
    with kernel(folder) as one:
        assert one.is_forked
        one.run("""
        import atexit, gzip, pandas as pd
        plain, packed = open("plain.txt", "w"), gzip.open("packed.gz", "wt")
        plain.write("plain"); packed.write("packed")
        pd.kept = open("kept.txt", "w"); pd.kept.write("kept")
        circle = [open("circle.txt", "w")]; circle[0].write("circle"); circle.append(circle)
        last = open("last.txt", "w")
        atexit.register(lambda file=last: file.write("last"))
        class Late:
            def __del__(self): open("late.txt", "w").write("late")
        late = Late()
        """)
        one.manager.shutdown_kernel()
        assert one.process is None
    assert {path.stem: path.read_text() for path in folder.glob("*.txt")} == {
        name: name for name in ("plain", "kept", "circle", "last", "late")
    }
    assert gzip.decompress((folder / "packed.gz").read_bytes()) == b"packed"


def test_an_edited_module_is_seen(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    module = tmp_path / "lib" / "edited.py"
    seen = []
    for value in ("1", "2"):
        module.write_text(f"value = {value}\n")
        os.utime(module, ns=(1_000_000_000 * int(value),) * 2)
        with kernel(tmp_path, preload=("edited",), PYTHONPATH=str(tmp_path / "lib")) as one:
            seen.append(
                (
                    one.is_forked,
                    one.run("import sys; print('edited' in sys.modules); import edited; print(edited.value)"),
                )
            )
    assert seen == [(True, "True\n1"), (True, "True\n2")]


def test_another_path_is_seen(tmp_path: Path) -> None:
    seen = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "found.py").write_text(f"value = {name!r}\n")
        with kernel(tmp_path, preload=("found",), PYTHONPATH=str(tmp_path / name)) as one:
            seen.append((one.is_forked, one.run("import found; print(found.value)")))
    assert seen == [(True, "one"), (True, "two")]


def test_a_module_beside_the_notebook_goes_first_as_always(tmp_path: Path) -> None:
    look = "import colorsys; print(getattr(colorsys, 'mine', False))"
    with kernel(tmp_path, preload=("colorsys",)) as one:
        assert (one.is_forked, one.run(look)) == (True, "False")
    (tmp_path / "colorsys.py").write_text("mine = True\n")
    with kernel(tmp_path, preload=("colorsys",)) as one:
        assert one.run(look) == "True"


def test_changed_settings_of_matplotlib_are_seen(tmp_path: Path) -> None:
    """Those beside the notebook go before those of the user."""
    home = tmp_path / "home"
    home.mkdir()
    seen = []
    for width, place in ((None, home), (3, home), (4, tmp_path)):
        if width:
            (place / "matplotlibrc").write_text(f"lines.linewidth: {width}\n")
        with kernel(tmp_path, preload=("matplotlib",), MPLCONFIGDIR=str(home)) as one:
            seen.append(one.run("import matplotlib; print(matplotlib.rcParams['lines.linewidth'])"))
            assert one.is_forked
    assert seen == ["1.5", "3.0", "4.0"]


def test_interrupt_and_restart(folder: Path) -> None:
    with kernel(folder) as one:
        assert one.is_forked
        asked = one.client.execute("import time\nprint('go', flush=True)\ntime.sleep(600)")
        while one.client.get_iopub_msg(timeout=20)["content"].get("text") != "go\n":
            pass
        reply: dict[str, Any] = {"content": {}}
        for _ in range(3):  # one that falls into a finaliser is lost, in any Python
            one.manager.interrupt_kernel()
            with suppress(Empty):
                while (reply := one.client.get_shell_msg(timeout=10))["parent_header"]["msg_id"] != asked:
                    pass
                break
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        one.run("x = 1")
        before = one.pid
        for now in (True, False):
            one.manager.restart_kernel(now=now)
            one.client.wait_for_ready(timeout=60)
            assert one.is_forked
            assert one.run("print('x' in globals())") == "False"
        assert one.pid != before
        assert not is_running(before)


DEATHS = {
    "import os; os._exit(7)": 7,
    "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)": -signal.SIGSEGV,
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)": -signal.SIGKILL,
}


@pytest.mark.parametrize("code", DEATHS)
def test_a_kernel_that_dies_says_how(folder: Path, code: str) -> None:
    with kernel(folder) as one:
        assert one.is_forked
        pid, process = one.pid, one.process
        assert one.manager.is_alive()
        one.client.execute(code)
        assert wait_until(lambda: not one.manager.is_alive())
        assert process.poll() == process.wait() == DEATHS[code]
        assert not is_running(pid)


def test_a_shutdown_leaves_no_process_and_comes_at_once(folder: Path) -> None:
    with kernel(folder) as one:
        assert one.is_forked
        pid = one.pid
        one.manager.shutdown_kernel()
        assert not is_running(pid)


def test_a_kernel_that_will_not_end_is_killed(folder: Path) -> None:
    with kernel(folder) as one:
        assert one.is_forked
        pid = one.pid
        one.manager.shutdown_wait_time = 0.2
        one.run("import threading, time, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)")
        one.run("threading.Thread(target=time.sleep, args=(600,)).start()")
        one.manager.shutdown_kernel()
        assert wait_until(lambda: not is_running(pid))


def test_a_killed_zygote_leaves_its_kernels_alone_and_another_follows(tmp_path: Path) -> None:
    with kernel(tmp_path, preload=("csv",)) as one:
        assert one.is_forked
        zygote = int(one.run("import os; print(os.getppid())"))
        os.kill(zygote, signal.SIGKILL)
        assert wait_until(lambda: not is_running(zygote))
        assert one.run("print(6 * 7)") == "42"
        assert one.manager.is_alive()
        with kernel(tmp_path, preload=("csv",)) as two:
            assert two.is_forked
            assert two.run("import os; print(os.getppid())") != str(zygote)
        one.client.execute("import os; os._exit(0)")
        assert wait_until(lambda: not one.manager.is_alive())


PARENT = """
import os, signal, sys
from jupyter_client.manager import start_new_kernel
os.environ["JUPYTER_DEFAULT_PROVISIONER_NAME"] = "forkkernel"
manager, client = start_new_kernel()
client.execute("import time; time.sleep(600)")
worker = os.fork()
if not worker:
    signal.pause()
print(manager.provisioner.process.pid, worker, type(manager.provisioner.process).__name__, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_parent_leaves_no_process(tmp_path: Path, number: int) -> None:
    env = {**os.environ, "FORKKERNEL_PRELOAD": "csv"}
    command = [sys.executable, "-c", PARENT]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=tmp_path, env=env, text=True, **pipes) as parent:
        pid, worker, kind = parent.stdout.readline().split()  # type: ignore[union-attr]
        family = list_children(parent.pid) - {int(worker)}  # which holds all that its parent held
        parent.send_signal(number)
        parent.stdin.close()  # type: ignore[union-attr]
        parent.wait(20)
    assert kind == "ForkedProcess"
    assert int(pid) in family
    assert len(family) >= 2
    ended = wait_until(lambda: not any(map(is_running, family)))
    os.kill(int(worker), signal.SIGKILL)
    assert ended


def test_a_time_out_and_a_dead_kernel_end_as_ever_and_leave_no_process(tmp_path: Path) -> None:
    for source, kind in (
        ("import time; time.sleep(600)", CellTimeoutError),
        ("import os; os._exit(1)", DeadKernelError),
    ):
        notebook = v4.new_notebook(cells=[v4.new_code_cell("1"), v4.new_code_cell(source)])
        before = list_children(os.getpid())
        with pytest.raises(kind):
            execute_notebook(
                notebook,
                tmp_path / "out.ipynb",
                engine_name="forkkernel",
                preload=["csv"],
                kernel_name="python3",
                language="python",
                progress_bar=False,
                execution_timeout=1,
                extra_arguments=[QUIET],
            )
        zygotes = {zygote.process.pid for zygote in launch._zygotes.values()}
        assert wait_until(lambda: list_children(os.getpid()) <= before | zygotes)  # noqa: B023
        assert nbformat.read(tmp_path / "out.ipynb", 4).cells[0].outputs[0].data == {"text/plain": "1"}


def test_a_zygote_is_reached_by_no_name_and_holds_nothing_of_its_kernels(tmp_path: Path) -> None:
    with kernel(tmp_path, preload=("csv",)) as one:
        zygote = int(one.run("import os; print(os.getppid())"))
        inodes = {os.readlink(path) for path in Path(f"/proc/{zygote}/fd").iterdir() if "socket:" in os.readlink(path)}
        numbers = {inode.strip("socket:[]") for inode in inodes}
        lines = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()]
        assert [line[7:] for line in lines if line[6] in numbers] == [[], []]  # no path, none abstract
        tcp = Path("/proc/net/tcp").read_text().split()
        assert not numbers & set(tcp)
        assert len(os.listdir(f"/proc/{zygote}/task")) == 1


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()", "thread"),
        ("print('hello')", "said: hello"),
        ("import warnings\nwarnings.warn('beware', stacklevel=2)", "beware"),
        ("import warnings\nwarnings.warn('old', DeprecationWarning, stacklevel=2)", "old"),
        ("raise ValueError('no')", "ValueError: no"),
        ("import matplotlib.pyplot as p\np.figure()", "backend"),
        ("import os\nos._exit(3)", "ended"),
    ],
)
def test_where_a_fork_would_not_be_the_same_the_ordinary_kernel_starts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, source: str, why: str
) -> None:
    (tmp_path / "odd.py").write_text(source)
    caplog.set_level("INFO", logger="forkkernel")
    with kernel(tmp_path, preload=("odd",)) as one:
        assert not one.is_forked
        assert one.run("print(1)") == "1"
    assert why in caplog.text


def test_a_zygote_that_takes_too_long_is_not_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does it fork a kernel later that nobody waits for."""
    (tmp_path / "slow.py").write_text("import os, time\nwhile not os.path.exists('go'):\n    time.sleep(0.01)\n")
    monkeypatch.setattr(launch, "PATIENCE", 0.5)
    caplog.set_level("INFO", logger="forkkernel")
    before = list_children(os.getpid())
    with kernel(tmp_path, preload=("slow",)) as one:
        assert not one.is_forked
        (tmp_path / "go").write_text("")
        assert wait_until(lambda: list_children(os.getpid()) - before == {one.pid})
        assert one.run("print(1)") == "1"
    assert "ended before it forked" in caplog.text


def test_a_kernel_that_listens_too_late_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would answer in place of the one that was started instead."""
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    options: Any = {"preload": ("csv",), "IPYTHONDIR": str(tmp_path)}
    before = list_children(os.getpid())
    with kernel(tmp_path, **options) as one:
        assert one.is_forked
    wait = f"import os, time\nwhile not os.path.exists({str(tmp_path / 'go')!r}):\n    time.sleep(0.01)\n"
    (startup / "wait.py").write_text(wait)
    monkeypatch.setattr(launch, "PATIENCE", 0.3)
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.metadata["kernel_provisioner"] = make_stanza(["csv"])
    manager.start_kernel(cwd=str(tmp_path), env={**os.environ, "IPYTHONDIR": str(tmp_path)}, extra_arguments=[QUIET])
    assert not isinstance(manager.provisioner.process, ForkedProcess)
    (tmp_path / "go").touch()
    pid = manager.provisioner.process.pid
    try:
        zygotes = {zygote.process.pid for zygote in launch._zygotes.values()}  # one that refuses may be there still
        assert wait_until(lambda: list_children(os.getpid()) - before - zygotes == {pid})
    finally:
        manager.shutdown_kernel(now=True)
        manager.context.destroy(linger=0)


def test_switched_off_the_ordinary_kernel_starts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORKKERNEL", "0")
    caplog.set_level("INFO", logger="forkkernel")
    with kernel(tmp_path) as one:
        assert not one.is_forked
    assert "FORKKERNEL=0" in caplog.text


HANDED_ON = {
    "umask": ("import os; print(os.umask(0))", lambda: os.umask(0o027), "23"),
    "signal": (
        "import signal; print(signal.getsignal(signal.SIGUSR1))",
        lambda: signal.signal(signal.SIGUSR1, signal.SIG_IGN),
        "1",
    ),
    "limit": (
        "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])",
        lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (999, resource.getrlimit(resource.RLIMIT_NOFILE)[1])),
        "999",
    ),
}


@pytest.mark.parametrize("what", HANDED_ON)
def test_what_a_launcher_hands_on_reaches_the_kernel(tmp_path: Path, what: str) -> None:
    """Its umask, limits and ignored signals of now, not of the time when a zygote started."""
    look, change, expected = HANDED_ON[what]
    with kernel(tmp_path, preload=()) as one:
        assert one.is_forked
        assert one.run(look) != expected
    umask, limit = os.umask(0), resource.getrlimit(resource.RLIMIT_NOFILE)
    os.umask(umask)
    handler = signal.getsignal(signal.SIGUSR1)
    change()
    try:
        with kernel(tmp_path, preload=()) as one:
            assert one.is_forked
            assert one.run(look) == expected
    finally:
        os.umask(umask)
        signal.signal(signal.SIGUSR1, handler)
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)


def test_the_package_can_be_imported_anywhere_and_stands_alone() -> None:
    """papermill imports every engine that is installed, so one that cannot be imported breaks each of its runs."""
    code = """
import os, signal, socket, subprocess, sys, traitlets.config, jupyter_client, papermill
for module, names in {os: ["fork", "memfd_create", "pidfd_open", "register_at_fork"], signal: ["SIGKILL"]}.items():
    for name in names:
        delattr(module, name)
for name in [name for name in sys.modules if name.startswith("forkkernel")]:
    del sys.modules[name]
sys.platform = "win32"
import forkkernel.engine
assert not forkkernel.launch.is_wanted()
assert not any(name.startswith("analysis") for name in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_more_zygotes_than_are_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "MOST", 1)
    pids = []
    for number in range(2):
        with kernel(tmp_path, preload=(), NUMBER=str(number)) as one:
            assert one.is_forked
            pids.append(int(one.run("import os; print(os.getppid())")))
    assert len(launch._zygotes) == 1
    assert wait_until(lambda: list(map(is_running, pids)) == [False, True])


def test_many_start_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And have one zygote."""
    import asyncio

    from jupyter_client.manager import AsyncKernelManager

    started, start_zygote = [], launch._start_zygote
    monkeypatch.setattr(launch, "_start_zygote", lambda *all: started.append(start_zygote(*all)) or started[-1])

    async def start() -> ForkedProcess:
        manager = AsyncKernelManager(kernel_name="python3")
        manager.kernel_spec.metadata["kernel_provisioner"] = make_stanza(["csv"])
        await manager.start_kernel(cwd=str(tmp_path), extra_arguments=[QUIET])
        process = manager.provisioner.process
        await manager.shutdown_kernel()
        return process

    async def start_all() -> list[ForkedProcess]:
        return await asyncio.gather(*[start() for _ in range(12)])

    processes = asyncio.run(start_all())
    assert {type(process) for process in processes} == {ForkedProcess}
    assert {process.returncode for process in processes} == {0}
    assert len({process.pid for process in processes}) == 12
    assert len(started) == 1


SHARED = """
import os, sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from forkkernel.launch import find_zygote
sys.path.insert(0, {tests!r})
find_zygote(["csv"])
from test_forkkernel import kernel
if {before}:
    with kernel({folder!r}, preload=("csv",)) as one:
        assert one.is_forked
def work(number):
    with kernel({folder!r}, preload=("csv",)) as one:
        return one.is_forked, one.run("import os; print(os.getppid())")
with ProcessPoolExecutor(2, get_context("fork")) as pool:
    print(set(pool.map(work, range(4))))
"""


@pytest.mark.parametrize("before", [False, True])
def test_forked_workers_share_one_zygote(tmp_path: Path, before: bool) -> None:
    """Also where their parent has had a kernel forked before."""
    code = SHARED.format(tests=str(Path(__file__).parent), folder=str(tmp_path), before=before)
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert re.fullmatch(r"\{\(True, '\d+'\)\}\n", done.stdout), done.stdout + done.stderr


NOTEBOOK = "import os\nprint('forkkernel/zygote.py' in open('/proc/self/cmdline').read())"
COMMANDS = {
    "nbval": ["pytest", "-p", "no:cacheprovider", "--nbval", "in.ipynb"],
    "nbconvert": ["nbconvert", "--to", "notebook", "--execute", "in.ipynb", "--output", "out.ipynb"],
}


@pytest.mark.parametrize("tool", COMMANDS)
def test_each_tool_is_served(tmp_path: Path, tool: str) -> None:
    cell = v4.new_code_cell(
        NOTEBOOK, execution_count=1, outputs=[v4.new_output("stream", name="stdout", text="True\n")]
    )
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(v4.new_notebook(cells=[cell], metadata={"kernelspec": kernelspec}), tmp_path / "in.ipynb")
    env = {**os.environ, "FORKKERNEL_PRELOAD": "csv", "JUPYTER_DEFAULT_PROVISIONER_NAME": "forkkernel"}
    command = [sys.executable, "-m", *COMMANDS[tool]]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    if tool != "nbval":
        assert nbformat.read(tmp_path / "out.ipynb", 4).cells[0].outputs[0].text == "True\n"


def test_a_server_of_jupyter_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As JupyterLab starts, restarts and ends kernels: through the manager of many of jupyter_server."""
    import asyncio

    from jupyter_client.provisioning import KernelProvisionerFactory
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "forkkernel")
    monkeypatch.setenv("FORKKERNEL_PRELOAD", "csv")
    KernelProvisionerFactory.clear_instance()

    async def serve() -> tuple[list[bool], list[int]]:
        managers = AsyncMappingKernelManager(root_dir=str(tmp_path), default_kernel_name="python3")
        forked, pids = [], []
        name = await managers.start_kernel(path="")
        for again in (True, False):
            process = managers.get_kernel(name).provisioner.process
            forked.append(isinstance(process, ForkedProcess))
            pids.append(process.pid)
            if again:
                await managers.restart_kernel(name)
        await managers.shutdown_kernel(name)
        return forked, pids

    try:
        forked, pids = asyncio.run(serve())
    finally:
        KernelProvisionerFactory.clear_instance()
    assert forked == [True, True]
    assert not any(map(is_running, pids))
