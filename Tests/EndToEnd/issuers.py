"""An issuer of tokens: keys, the tokens that it signs, and the server where it publishes the keys."""

import base64
import json
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from providers import Listener

ISSUER = "https://login.example.com"


def number(value, length=None):
    return base64.urlsafe_b64encode(value.to_bytes(length or (value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


class Key:
    """A private key with a name. `kind`: RSA, EC or OKP."""

    def __init__(self, name, kind="EC"):
        self.name = name
        self.kind = kind
        if kind == "RSA":
            self.private, self.algorithm = rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS256"
        elif kind == "EC":
            self.private, self.algorithm = ec.generate_private_key(ec.SECP256R1()), "ES256"
        else:
            self.private, self.algorithm = ed25519.Ed25519PrivateKey.generate(), "EdDSA"

    @property
    def jwk(self):
        public = self.private.public_key()
        if self.kind == "RSA":
            numbers = public.public_numbers()
            return {"kty": "RSA", "kid": self.name, "use": "sig", "alg": "RS256", "n": number(numbers.n), "e": number(numbers.e)}
        if self.kind == "EC":
            numbers = public.public_numbers()
            return {"kty": "EC", "crv": "P-256", "kid": self.name, "x": number(numbers.x, 32), "y": number(numbers.y, 32)}
        raw = int.from_bytes(public.public_bytes_raw(), "big")
        return {"kty": "OKP", "crv": "Ed25519", "kid": self.name, "x": number(raw, 32)}

    def token(self, headers=None, **claims):
        """None leaves a claim out."""
        now = int(time.time())
        whole = {"iss": ISSUER, "aud": "weir", "sub": "alice", "iat": now, "exp": now + 600, **claims}
        whole = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(whole, self.private, algorithm=self.algorithm, headers={"kid": self.name, **(headers or {})})


class Publisher:
    """Where the keys are to be had. `down`: it closes every connection."""

    def __init__(self, *keys, context=None):
        self.keys = list(keys)
        self.down = False
        self.status = "200 OK"
        self.seen = []
        self.listener = Listener(self._serve, context)
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.listener.port}/jwks"

    def _serve(self, connection):
        while not self.down:
            buffer = b""
            while b"\r\n\r\n" not in buffer:
                data = connection.socket.recv(65536)
                if not data:
                    return
                buffer += data
            self.seen.append(buffer.decode())
            if self.down:
                return
            body = json.dumps({"keys": [key.jwk for key in self.keys]}).encode()
            connection.send(f"HTTP/1.1 {self.status}\r\nlocation: /elsewhere\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)

    @property
    def fetches(self):
        return len(self.seen)

    def close(self):
        self.listener.close()
