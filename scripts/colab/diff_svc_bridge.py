"""Plan B for Colab: the %%ts cells of a Python notebook run in Diff-SVC's TypeScript kernel.

`%load_ext diff_svc_bridge` adds the magic. The kernel starts with the first such cell and ends with this Python. What it
prints, shows and asks is passed on; interrupting the cell interrupts it, so that a training saves.
"""

import atexit
import os
import queue
import sys

KERNEL = "diff-svc"
START_SECONDS = 60
# Widgets need a channel of their own to the page, which is not passed on; every bundle has HTML beside them.
WIDGET = "application/vnd.jupyter.widget-view+json"


class TypeScriptError(Exception):
    """A cell failed; shown as the TypeScript kernel shows it, without this file's traceback."""

    def __init__(self, name, message, lines):
        super().__init__(f"{name}: {message}")
        self.lines = lines

    def _render_traceback_(self):
        return self.lines


class Bridge:
    """One TypeScript kernel, started when it is needed."""

    def __init__(self, shell):
        self.shell = shell
        self.manager = None
        self.client = None

    def run(self, code):
        """Runs a cell to its end; raises TypeScriptError where it fails."""
        self._start()
        message = self.client.execute(code, allow_stdin=self._can_ask())
        failure = None
        while True:
            try:
                content, kind = self._next(message)
                if kind == "status" and content["execution_state"] == "idle":
                    break
                if kind == "error":
                    failure = TypeScriptError(content["ename"], content["evalue"], content["traceback"])
                else:
                    self._pass_on(kind, content)
            except KeyboardInterrupt:
                self.manager.interrupt_kernel()
        if failure is not None:
            raise failure

    def stop(self):
        """Ends the kernel."""
        if self.manager is not None:
            self.client.stop_channels()
            self.manager.shutdown_kernel(now=True)
        self.manager = self.client = None

    def _start(self):
        if self.manager is not None and self.manager.is_alive():
            return
        from jupyter_client.kernelspec import NoSuchKernel
        from jupyter_client.manager import KernelManager

        manager = KernelManager(kernel_name=KERNEL)
        # Colab draws the forms of Python cells itself, and has no widgets for us: the kernel is told that it is there.
        tag = os.environ.get("COLAB_RELEASE_TAG", "plan-b")
        try:
            manager.start_kernel(env={**os.environ, "DIFF_SVC_FORMS": "0", "COLAB_RELEASE_TAG": tag})
        except NoSuchKernel:
            raise RuntimeError("The TypeScript kernel is not installed: run the first cell (Set up).") from None
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=START_SECONDS)
        self.manager, self.client = manager, client

    def _can_ask(self):
        return bool(getattr(getattr(self.shell, "kernel", None), "_allow_stdin", False))

    def _next(self, message):
        """The next output of the cell `message`; answers questions while it waits."""
        while True:
            self._answer()
            try:
                got = self.client.get_iopub_msg(timeout=0.1)
            except queue.Empty:
                if not self.manager.is_alive():
                    raise RuntimeError("The TypeScript kernel has ended; run the cell again.") from None
                continue
            own = got["parent_header"].get("msg_id") == message
            # What an earlier cell left moving, moves on.
            if own or got["msg_type"] == "update_display_data":
                return got["content"], got["msg_type"]

    def _answer(self):
        try:
            asked = self.client.get_stdin_msg(timeout=0)
        except queue.Empty:
            return
        if asked["msg_type"] == "input_request":
            self.client.input(input(asked["content"]["prompt"]))

    def _pass_on(self, kind, content):
        if kind == "stream":
            stream = sys.stderr if content["name"] == "stderr" else sys.stdout
            stream.write(content["text"])
            stream.flush()
        elif kind in ("display_data", "execute_result", "update_display_data"):
            data = {mime: value for mime, value in content["data"].items() if mime != WIDGET}
            self.shell.display_pub.publish(
                data,
                content.get("metadata", {}),
                transient=content.get("transient") or {},
                update=kind == "update_display_data",
            )
        elif kind == "clear_output":
            self.shell.display_pub.clear_output(wait=content["wait"])
        elif kind == "colab_request":
            raise RuntimeError(
                "This cell asks Colab's page for something, which %%ts cells cannot. "
                "Upload files with the folder button at the left, and give their paths."
            )


def mount_drive(mount_point="/content/drive"):
    """Mounts Google Drive as Colab does; elsewhere says that there is none."""
    try:
        from google.colab import drive
    except ImportError:
        print("This is not Colab: no Google Drive is mounted, paths are those of this computer.")
        return
    drive.mount(mount_point)


_bridge = None


def load_ipython_extension(shell):
    """Adds %%ts; loaded again, it keeps the kernel that runs."""
    global _bridge
    if _bridge is None:
        _bridge = Bridge(shell)
        atexit.register(_bridge.stop)
    shell.register_magic_function(lambda line, cell: _bridge.run(cell), "cell", "ts")
