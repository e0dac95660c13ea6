"""HTTP over plain sockets, for what a proper client would not do or not show."""

import json
import socket
import struct
import time


class Connection:
    def __init__(self, port, timeout=10.0, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.ended = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def request(self, method, path, body=None, headers=None):
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", "host: weir"]
        if body is not None:
            lines += ["content-type: application/json", f"content-length: {len(data)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
        return self

    def _more(self):
        if self.ended:
            return False
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.buffer += data
        self.ended = not data
        return bool(data)

    def read_head(self):
        """The next head as (status, headers); None when the connection ended before it."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                return None
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return int(lines[0].split(" ")[1]), headers

    def answer(self, has_body=True):
        """The next whole answer; its body is None when it was cut."""
        head = self.read_head()
        if head is None:
            return None
        status, headers = head
        return Answer(status, headers, self._body(status, headers) if has_body else b"")

    def _body(self, status, headers):
        if status in (204, 304) or status < 200:
            return b""
        if "transfer-encoding" in headers:
            body = b""
            for piece in self.chunks():
                if piece is None:
                    return None
                body += piece
            return body
        length = int(headers.get("content-length", -1))
        while length < 0 or len(self.buffer) < length:
            if not self._more():
                if length >= 0:
                    return None
                length = len(self.buffer)
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return body

    def chunks(self):
        """The chunks of a chunked body as they come; None for a body that was cut."""
        while True:
            while b"\r\n" not in self.buffer:
                if not self._more():
                    yield None
                    return
            size, _, self.buffer = self.buffer.partition(b"\r\n")
            count = int(size, 16)
            while len(self.buffer) < count + 2:
                if not self._more():
                    yield None
                    return
            piece, self.buffer = self.buffer[:count], self.buffer[count + 2:]
            if count == 0:
                return
            yield piece

    def read_some(self, count):
        while len(self.buffer) < count:
            if not self._more():
                break
        data, self.buffer = self.buffer, b""
        return data

    def read_until(self, mark):
        """What comes up to a mark, with it, or to the end."""
        while mark not in self.buffer and self._more():
            pass
        data, found, self.buffer = self.buffer.partition(mark)
        return data + found

    def read_to_end(self):
        while self._more():
            pass
        data, self.buffer = self.buffer, b""
        return data

    def is_quiet(self, seconds):
        """Whether nothing comes for so long."""
        self.socket.settimeout(seconds)
        try:
            self.buffer += self.socket.recv(1)
            return False
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(10)


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def is_cut(self):
        return self.body is None

    @property
    def events(self):
        return events(self.body)


def events(data):
    """The data of server-sent events: parsed JSON, or the text "[DONE]"."""
    found = []
    for block in data.decode().split("\n\n"):
        lines = [line[len("data: "):] for line in block.split("\n") if line.startswith("data: ")]
        if lines:
            text = "\n".join(lines)
            found.append(text if text == "[DONE]" else json.loads(text))
    return found


def text_of(chunks):
    """The text that the chunks of a streamed chat completion carry."""
    return "".join(
        choice["delta"].get("content") or "" for chunk in chunks if isinstance(chunk, dict) for choice in chunk.get("choices", []))


def call(gateway, method, path, body=None, headers=None, key=None):
    """One request on a connection of its own."""
    headers = dict(headers or {})
    if key:
        headers["authorization"] = "Bearer " + key
    with Connection(gateway.port) as connection:
        return connection.request(method, path, body, headers).answer()


def seconds_since(start):
    return time.monotonic() - start
