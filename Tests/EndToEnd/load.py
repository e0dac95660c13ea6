"""Steady load from threads, for tests that change the gateway meanwhile."""

import threading
import time

from processes import CALLER_KEY, chat
from wire import Connection


class Load:
    """Asks in a few threads, each on a connection of its own, plain and streamed in turn, until it is stopped."""

    def __init__(self, port, threads=4, path="/v1/chat/completions"):
        self.port = port
        self.path = path
        self.good = 0
        self.failures = []
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        while self.good < len(self._threads) and not self.failures:
            time.sleep(0.005)
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=20)

    def _run(self):
        number = 0
        connection = Connection(self.port)
        headers = {"authorization": "Bearer " + CALLER_KEY, "x-mock": "chunks=3"}
        while not self._stop.is_set():
            number += 1
            stream = number % 2 == 0
            try:
                answer = connection.request("POST", self.path, chat(stream=stream), headers).answer()
                problem = self._problem(answer, stream)
            except OSError as error:
                problem = repr(error)
            if problem is None and answer.headers.get("connection") == "close":
                connection = Connection(self.port)
            with self._lock:
                if problem is None:
                    self.good += 1
                else:
                    self.failures.append(problem)
                    return
        connection.close()

    @staticmethod
    def _problem(answer, stream):
        if answer is None:
            return "no answer"
        if answer.status != 200:
            return f"{answer.status}: {answer.body}"
        if answer.is_cut or (stream and not answer.body.endswith(b"data: [DONE]\n\n")):
            return "cut"
        return None
