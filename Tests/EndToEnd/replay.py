"""A provider on a plain socket that gives one recorded answer, in pieces cut anywhere."""

import json
import pathlib
import random
import socket
import threading

FOLDER = pathlib.Path(__file__).parent / "recordings"


class Recording:
    def __init__(self, path):
        self.id = path.stem
        data = json.loads(path.read_text())
        self.request_body = data["request"]["body"].encode()
        self.path = data["request"]["path"]
        self.status = data["response"]["status"]
        self.headers = data["response"]["headers"]
        self.body = data["response"]["body"].encode()

    @property
    def is_stream(self):
        return self.headers.get("content-type", "").startswith("text/event-stream")

    @property
    def request(self):
        return json.loads(self.request_body)


def recordings(pattern):
    return [Recording(path) for path in sorted(FOLDER.glob(pattern + ".json"))]


class Replay:
    """Answers every request on a port with one recording, and keeps what was asked."""

    def __init__(self, seed=0):
        self.recording = None
        self.requests = []
        self._random = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            data = b""
            while True:
                while b"\r\n\r\n" not in data:
                    more = connection.recv(65536)
                    if not more:
                        return
                    data += more
                head, _, data = data.partition(b"\r\n\r\n")
                length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
                while len(data) < length:
                    more = connection.recv(65536)
                    if not more:
                        return
                    data += more
                body, data = data[:length], data[length:]
                self.requests.append((head.decode("latin-1"), body))
                self._answer(connection, self.recording)

    def _answer(self, connection, recording):
        head = f"HTTP/1.1 {recording.status} Recorded\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in recording.headers.items())
        body = recording.body
        if not recording.is_stream:
            connection.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
            return
        connection.sendall(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
        while body:
            count = self._random.choice([1, 2, 3, 10, 100, 1000, 5000])
            piece, body = body[:count], body[count:]
            connection.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        connection.sendall(b"0\r\n\r\n")
