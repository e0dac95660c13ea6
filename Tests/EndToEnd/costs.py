"""The cost suite's files, and a provider that gives their answers to the byte."""

import json
import pathlib
import re
from decimal import Decimal

from providers import Listener

FOLDER = pathlib.Path(__file__).parents[1] / "CostSuite" / "answers"


class CostCase:
    def __init__(self, path):
        head, _, self.body = path.read_bytes().partition(b"\n---\n")
        fields = dict(line.split(": ", 1) for line in head.decode().splitlines() if not line.startswith("#"))
        self.name = path.name
        self.dialect = fields["dialect"]
        self.operation = fields["operation"]
        self.is_stream = fields["form"] == "sse"
        self.ending = fields["ending"]
        self.price = fields["price"]
        self.usd = Decimal(fields["cents"]) / 100

    @property
    def provider(self):
        return {"chat": "chat", "embeddings": "chat", "responses": "responses", "messages": "anthropic", "generate": "gemini"}[self.operation]


CASES = {case.name: case for case in map(CostCase, sorted(FOLDER.iterdir()))}


def asked_model(head, body):
    found = re.search(r"/models/([^/:? ]+):", head.split("\r\n")[0])
    return found[1] if found else json.loads(body)["model"]


class CostedProvider(Listener):
    """Answers every request with the case that its model is named after."""

    def __init__(self):
        super().__init__(self._answer)
        self.url = f"http://127.0.0.1:{self.port}"

    def _answer(self, connection):
        while request := connection.request():
            case = CASES[asked_model(*request)]
            if not case.is_stream:
                connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(case.body) + case.body)
                continue
            connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            connection.send(b"%x\r\n" % len(case.body) + case.body + b"\r\n")
            if case.ending == "cut":
                return
            if case.ending == "cancelled":
                # Nothing more comes. The gateway hangs up when its client does.
                assert connection.request() is None
                return
            connection.send(b"0\r\n\r\n")
