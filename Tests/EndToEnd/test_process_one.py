"""As process 1 of a container: the kernel keeps from it what it has no handler for."""

import os
import signal
import subprocess

import pytest

from processes import CALLER_KEY, chat, wait_until
from wire import call

CONTAINER = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--pid", "--fork", "--kill-child", "--mount-proc"]


@pytest.fixture
def child(start):
    """A gateway that is process 1, and what its process is called out here."""
    if subprocess.run([*CONTAINER, "true"], capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody make a namespace of processes")
    gateway = start(within=CONTAINER)
    with open(f"/proc/{gateway.child.pid}/task/{gateway.child.pid}/children") as file:
        return gateway, int(file.read())


def test_it_serves_reloads_and_ends(child):
    gateway, process = child
    assert gateway.status["pid"] == 1

    assert call(gateway, "POST", "/v1/chat/completions", chat(), {"authorization": "Bearer " + CALLER_KEY}).status == 200
    reads = gateway.status["config"]["reads"]
    os.kill(process, signal.SIGHUP)
    assert wait_until(lambda: gateway.status["config"]["reads"] > reads)
    os.kill(process, signal.SIGTERM)
    assert gateway.wait() == 0
