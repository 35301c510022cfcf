"""The engine: papermill's own, with forked kernels and without its fixed waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_async
from papermill.engines import NBClientEngine, NotebookExecutionManager
from traitlets import Type
from traitlets.config import Config

from forkkernel.provisioner import ForkProvisioner

SAVED = 1.0  # seconds at most between what ran and what is on the disk
LOST = 0.05  # seconds after which a message was sent before the subscription stood, or is late: then twice as many


class ForkClient(AsyncKernelClient):
    """A client that knows a kernel to be ready when it has heard its own question on both channels.

    jupyter_client waits until nothing has come for 0.2 seconds.
    """

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        end, lost = time.monotonic() + (timeout or float("inf")), LOST
        while time.monotonic() < end:
            asked = self.kernel_info()
            try:
                reply = await self._async_recv_reply(asked, timeout=1)
                self._handle_kernel_info_reply(reply)
                await self._hear_idle(asked, lost)
            except (Empty, TimeoutError):
                lost *= 2
                if not await self._async_is_alive():
                    raise RuntimeError("Kernel died before replying to kernel_info") from None
            else:
                return
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    wait_for_ready = _async_wait_for_ready

    async def _hear_idle(self, asked: str, lost: float) -> None:
        while True:
            heard = await ensure_async(self.iopub_channel.get_msg(timeout=lost))
            if heard["parent_header"].get("msg_id") == asked and heard["content"].get("execution_state") == "idle":
                return


class ForkManager(AsyncKernelManager):
    """A manager whose kernels are forked, whatever the kernelspec says, and whose client waits for nothing."""

    client_factory = Type(default_value=ForkClient, config=True)

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        if self.provisioner is None:
            self.provisioner = ForkProvisioner(kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**kwargs)


class ForkEngine(NBClientEngine):  # type: ignore[misc]
    """Papermill's engine for notebooks of Python: ``papermill --engine forkkernel``.

    It takes one argument more, `preload`: modules to import before the fork. The notebook on the disk is at most a
    second behind; papermill's own is written twice a cell.
    """

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, preload: Sequence[str] | None = None, **kwargs: Any
    ) -> Any:
        """Run the notebook of a manager; the parameters are those of `NBClientEngine`."""
        config = Config() if preload is None else Config(ForkProvisioner={"preload": [*preload]})
        save, nb_man.save = nb_man.save, _save_seldom(nb_man.save)
        try:
            return super().execute_managed_notebook(
                nb_man, kernel_name, kernel_manager_class=ForkManager, config=config, **kwargs
            )
        finally:
            nb_man.save = save


def _save_seldom(save: Callable[..., None]) -> Callable[..., None]:
    """Return a function that saves unless it has just done so."""
    last = time.monotonic()

    def save_seldom(**kwargs: Any) -> None:
        nonlocal last
        if time.monotonic() - last >= SAVED:
            save(**kwargs)
            last = time.monotonic()

    return save_seldom
