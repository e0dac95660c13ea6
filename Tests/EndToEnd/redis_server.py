"""A redis-server of a test's own, and what operators do to it."""

import os
import shutil
import signal
import socket
import subprocess

from processes import Process, wait_until

TOOLS = os.path.join(os.path.dirname(__file__), "..", "..", ".build", "tools")


def tool(name):
    return shutil.which(name) or os.path.join(TOOLS, name)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Redis:
    """Keeps its port and its socket over a crash and a restart; its data it loses."""

    def __init__(self, folder, *arguments):
        self.folder = folder
        self.port = free_port()
        self.socket = os.path.join(folder, "redis.sock")
        self.url = f"redis://127.0.0.1:{self.port}"
        self._arguments = [
            tool("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", self.socket, "--dir", folder, "--save", "",
            "--appendonly", "no", "--enable-debug-command", "yes", *arguments]
        self.password = None
        self.start()

    def start(self):
        self.process = Process(self._arguments)
        self.process.wait_for_line(lambda line: "Ready to accept connections" in line)

    def crash(self):
        """kill -9"""
        self.process.stop()

    def pause(self):
        self.process.signal(signal.SIGSTOP)

    def resume(self):
        self.process.signal(signal.SIGCONT)

    def stop(self):
        self.process.stop()

    def command(self, *words):
        login = ["-a", self.password, "--no-auth-warning"] if self.password else []
        return subprocess.run(
            [tool("redis-cli"), "-s", self.socket, *login, *words], capture_output=True, encoding="utf-8", errors="backslashreplace",
            timeout=10).stdout.strip()

    @property
    def client_ids(self):
        """The connections of gateways: those by TCP."""
        lines = self.command("CLIENT", "LIST").splitlines()
        return {line.split()[0] for line in lines if "addr=127.0.0.1:" in line}

    def has_clients(self, count):
        return wait_until(lambda: len(self.client_ids) == count)
