"""An HTTP/2 provider in a process of its own: python3 http2_server.py FOLDER.

Writes its certificate, then its port, into the folder, and whenever a connection comes or goes how many have come and gone.
"""

import pathlib
import sys
import time

from providers import HTTP2Provider, certificate

folder = pathlib.Path(sys.argv[1])


def write(name, text):
    """Never half."""
    new = folder / (name + ".new")
    new.write_text(text)
    new.rename(folder / name)


provider = HTTP2Provider(certificate(folder)[0])
counts = None
write("port", str(provider.port))
while True:
    now = f"{provider.accepted} {provider.ended_connections}"
    if now != counts:
        counts = now
        write("counts", now)
    time.sleep(0.005)
