"""The provisioner: where jupyter_client would start a kernel of IPython, have one forked."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import List, Unicode, default

from forkkernel.launch import ForkedProcess, NoForkError, choose_preload, fork_kernel

KNOWN = {"env", "cwd", "stdin", "stdout", "stderr", "independent", "extra_arguments", "kernel_id"}
LINGER = 1.0  # seconds that a kernel is watched which was asked to end; after that jupyter_client goes on as usual
log = logging.getLogger("forkkernel")


class ForkProvisioner(LocalProvisioner):
    """Forks kernels of IPython from a process that has imported the libraries.

    Where that is not wanted, not possible or fails, for whatever reason, the ordinary kernel starts, and the logger
    ``forkkernel`` says why, on level INFO.
    """

    preload = List(Unicode(), help="Modules to import before the fork.").tag(config=True)

    @default("preload")
    def _choose_preload(self) -> list[str]:
        return choose_preload()

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork a kernel, or start an ordinary one."""
        try:
            with ThreadPoolExecutor(1) as pool:
                asked = pool.submit(self._fork, cmd, kwargs)
                while not asked.done():  # neither the loop's own thread nor its wake-up: a forked process shares them
                    await asyncio.sleep(0.002)
            kernel = asked.result()
        except Exception as error:
            log.info("an ordinary kernel starts: %s", error)
            return await super().launch_kernel(cmd, **kwargs)
        self.process: Any = kernel
        self.pid = self.pgid = kernel.pid
        self.cwd = kwargs.get("cwd", Path.cwd())
        return self.connection_info

    def _fork(self, cmd: list[str], kwargs: dict[str, Any]) -> ForkedProcess:
        if set(kwargs) - KNOWN or kwargs.get("independent"):
            raise NoForkError("it is to be started in a way of its own")
        env, cwd = kwargs.get("env") or os.environ, kwargs.get("cwd")
        read, write = os.pipe()
        os.close(write)  # an input that is at its end, as an ordinary kernel has
        try:
            streams = [_find_stream(kwargs.get(name), usual) for name, usual in zip(NAMES, (read, 1, 2), strict=True)]
            return fork_kernel(cmd, self.preload, streams, env=env, cwd=cwd)
        finally:
            os.close(read)

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Return as soon as the kernel has ended, in place of jupyter_client's looking ten times a second."""
        end = time.monotonic() + LINGER
        while isinstance(self.process, ForkedProcess) and self.process.poll() is None and time.monotonic() < end:
            await asyncio.sleep(0.005)


NAMES = ("stdin", "stdout", "stderr")


def _find_stream(given: Any, usual: int) -> int:
    """Return the descriptor of a stream given as `subprocess.Popen` takes it."""
    number = usual if given is None else given if isinstance(given, int) else given.fileno()
    if number < 0:
        raise NoForkError("it is to be started with a pipe or without a stream")
    return int(number)
