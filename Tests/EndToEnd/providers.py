"""Providers and proxies that a test scripts itself, each connection in a thread of its own."""

import json
import socket
import ssl
import subprocess
import threading
import time

import h2.config
import h2.connection
import h2.errors
import h2.events

COMPLETION = {
    "id": "c", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
}


def completion(content="Hello"):
    message = {"role": "assistant", "content": content}
    return json.dumps({**COMPLETION, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()


def answer(body=None, status=200, fields=""):
    body = completion() if body is None else body
    return f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{fields}content-length: {len(body)}\r\n\r\n".encode() + body


class Listener:
    """Accepts connections and has `serve(connection)` deal with each. With a context they speak TLS."""

    def __init__(self, serve, context=None):
        self.serve = serve
        self.context = context
        self.accepted = 0
        self.requests = 0
        self.ended_connections = 0
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._run, args=(plain,), daemon=True).start()

    def _run(self, plain):
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with self.context.wrap_socket(plain, server_side=True) if self.context else plain as wrapped:
                self.serve(ProviderConnection(wrapped, self))
        except OSError:
            pass  # the gateway has gone, or did not like the certificate
        with self._lock:
            self.ended_connections += 1

    def count_request(self):
        with self._lock:
            self.requests += 1
            return self.requests

    def close(self):
        self._socket.close()


class ProviderConnection:
    def __init__(self, connected, listener):
        self.socket = connected
        self.listener = listener
        self._buffer = b""

    def send(self, data):
        self.socket.sendall(data)

    def request(self):
        """The next request's head and body; None at the end of the connection."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._more():
                return None
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        while len(self._buffer) < length:
            if not self._more():
                return None
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        self.listener.count_request()
        return head.decode("latin-1"), body

    def _more(self):
        data = self.socket.recv(65536)
        self._buffer += data
        return bool(data)


def answer_all(connection):
    """A provider that does what it should."""
    while connection.request():
        connection.send(answer())


class Proxy(Listener):
    """Forwards what CONNECT and absolute URLs ask for, or refuses with a status."""

    def __init__(self, refuses_with=None):
        self.lines = []
        self.refuses_with = refuses_with
        super().__init__(self._forward)

    def _forward(self, connection):
        head, body = connection.request()
        line = head.split("\r\n")[0]
        self.lines.append(line)
        method, target, _ = line.split(" ")
        if self.refuses_with:
            return connection.send(answer(b"{}", self.refuses_with))
        host, _, port = target.removeprefix("http://").partition("/")[0].rpartition(":")
        with socket.create_connection((host, int(port))) as far:
            if method == "CONNECT":
                connection.send(b"HTTP/1.1 200 Connected\r\nx-proxy: yes\r\n\r\n")
                back = threading.Thread(target=self._copy, args=(far, connection.socket), daemon=True)
                back.start()
                self._copy(connection.socket, far)
                back.join(timeout=5)
            else:
                path = "/" + target.removeprefix("http://").partition("/")[2]
                far.sendall(head.replace(target, path, 1).encode() + b"\r\nconnection: close\r\n\r\n" + body)
                self._copy(far, connection.socket)

    @staticmethod
    def _copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class SOCKSProxy(Proxy):
    """Opens the way to IPv4 addresses, without credentials (RFC 1928)."""

    def _forward(self, connection):
        _, methods = self._read(connection, 2)
        self._read(connection, methods)
        connection.send(b"\x05\x00")
        asked = self._read(connection, 10)
        assert asked[:4] == b"\x05\x01\x00\x01", asked
        host, port = socket.inet_ntoa(asked[4:8]), int.from_bytes(asked[8:], "big")
        self.lines.append(f"{host}:{port}")
        with socket.create_connection((host, port)) as far:
            connection.send(b"\x05\x00\x00" + asked[3:])
            back = threading.Thread(target=self._copy, args=(far, connection.socket), daemon=True)
            back.start()
            self._copy(connection.socket, far)
            back.join(timeout=5)

    @staticmethod
    def _read(connection, count):
        data = connection.socket.recv(count, socket.MSG_WAITALL)
        if len(data) < count:
            raise OSError("it has gone")
        return data


class HTTP2Provider(Listener):
    """Speaks HTTP/2, or HTTP/1.1 to whoever offers nothing else. What it does besides answering, a request's body may say in a word:

    hang: one event of a stream comes and no more; late: the answer does; big: the answer is of 70,000 bytes and more; reset: the stream is
    given up after the head; interim: no head comes after many interim ones; http11: the stream is given up since HTTP/1.1 is wanted.
    """

    def __init__(self, context):
        context.set_alpn_protocols(["h2", "http/1.1"])
        self.asked_for_http11 = 0
        self.hanging = 0
        self.ended = 0
        self.ended_at = None
        super().__init__(self._speak, context)

    def _speak(self, connection):
        if connection.socket.selected_alpn_protocol() != "h2":
            return answer_all(connection)
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        state.initiate_connection()
        connection.send(state.data_to_send())
        bodies, hanging = {}, set()
        while True:
            try:
                data = connection.socket.recv(65536)
            except OSError:
                data = b""
            for event in state.receive_data(data) if data else []:
                if isinstance(event, h2.events.DataReceived):
                    bodies[event.stream_id] = bodies.get(event.stream_id, b"") + event.data
                elif isinstance(event, h2.events.StreamEnded):
                    self.count_request()
                    self._answer(state, event.stream_id, bodies.pop(event.stream_id, b""), hanging)
                elif isinstance(event, h2.events.StreamReset):
                    self._end({event.stream_id} & hanging)
                    hanging.discard(event.stream_id)
            if not data:
                return self._end(hanging)
            connection.send(state.data_to_send())

    def _end(self, streams):
        if streams:
            self.ended += len(streams)
            self.ended_at = time.monotonic()

    def _answer(self, state, stream, body, hanging):
        if b"hang" in body:
            state.send_headers(stream, [(":status", "200"), ("content-type", "text/event-stream")])
            chunk = {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "a"}}]}
            state.send_data(stream, b"data: " + json.dumps(chunk).encode() + b"\n\n")
            hanging.add(stream)
            self.hanging += 1
        elif b"http11" in body:
            self.asked_for_http11 += 1
            state.reset_stream(stream, h2.errors.ErrorCodes.HTTP_1_1_REQUIRED)
        elif b"interim" in body:
            for _ in range(20):
                state.send_headers(stream, [(":status", "103")])
        else:
            if b"late" in body:
                time.sleep(0.5)
            answer = completion("x" * 70_000 if b"big" in body else "Hello")
            state.send_headers(stream, [(":status", "200"), ("content-type", "application/json"), ("content-length", str(len(answer)))])
            if b"reset" in body:
                return state.reset_stream(stream)
            while len(answer) > state.max_outbound_frame_size:
                state.send_data(stream, answer[:state.max_outbound_frame_size])
                answer = answer[state.max_outbound_frame_size:]
            state.send_data(stream, answer, end_stream=True)


def certificate(folder, name="localhost"):
    """A self-signed certificate for a host name, as (server context, path of the certificate)."""
    certificate, key = str(folder / "certificate.pem"), str(folder / "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate
