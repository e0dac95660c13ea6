"""What is measured: nginx, the gateway in its forms, and the mock provider straight. Each is a process pinned to a core."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

PROXY_CORE = "0"
LOAD_CORE = "1"
KEY = "weir-benchmark-key"
# What the budget of the whole pipeline speaks of: a limit of requests and one of tokens, counted in memory.
WHOLE_QUOTA = [{"allow": "1000000000 requests per minute", "each": "caller"}, {"allow": "1000000M tokens per day", "each": "team"}]
ONE_LIMIT = WHOLE_QUOTA[:1]


def pinned(core, *words):
    return ["taskset", "-c", core, *words]


def wait_for_port(port, within=10):
    end = time.monotonic() + within
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.002)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Subject:
    """A process under load."""

    def __init__(self, name, port, child=None):
        self.name = name
        self.port = port
        self.child = child

    @property
    def processes(self):
        """The process and its children: nginx works in one."""
        found = [self.child.pid]
        for path in os.listdir("/proc"):
            if path.isdigit():
                try:
                    with open(f"/proc/{path}/stat") as file:
                        if int(file.read().rpartition(")")[2].split()[1]) == self.child.pid:
                            found.append(int(path))
                except OSError:
                    pass
        return found

    @property
    def cpu_seconds(self):
        """User and system time of all threads, to the nanosecond (/proc/PID/stat counts in hundredths)."""
        total = 0
        for process in self.processes:
            for thread in os.listdir(f"/proc/{process}/task"):
                try:
                    with open(f"/proc/{process}/task/{thread}/schedstat") as file:
                        total += int(file.read().split()[0])
                except OSError:
                    pass
        return total / 1e9

    def memory_kib(self, field="VmRSS"):
        total = 0
        for process in self.processes:
            with open(f"/proc/{process}/status") as file:
                total += next((int(line.split()[1]) for line in file if line.startswith(field + ":")), 0)
        return total

    def stop(self):
        if self.child:
            self.child.terminate()
            try:
                self.child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


def start_mock(defaults):
    child = subprocess.Popen(pinned(LOAD_CORE, os.environ["MOCK_BIN"], "--port", "0", "--default", defaults), stdout=subprocess.PIPE, text=True)
    port = int(child.stdout.readline().strip().rpartition(":")[2])
    return Subject("direct", port, child)


def start_nginx(folder, mock):
    port = free_port()
    path = os.path.join(folder, f"nginx-{port}.conf")
    with open(path, "w") as file:
        file.write(f"""
daemon off; worker_processes 1; pid {folder}/nginx-{port}.pid; error_log /dev/null crit;
events {{ worker_connections 10000; }}
http {{
    access_log off; keepalive_requests 1000000000; client_max_body_size 20m; client_body_buffer_size 2m;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    upstream mock {{ server 127.0.0.1:{mock.port}; keepalive 512; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{ proxy_pass http://mock; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }}
    }}
}}
""")
    child = subprocess.Popen(pinned(PROXY_CORE, "nginx", "-c", path, "-e", "/dev/null"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for_port(port)
    return Subject("nginx", port, child)


def gateway_config(mock, whole, port, dialect, cache=None, jwks=None, quota=None, redis=None):
    """`whole`: key, quota of requests and tokens, and access log. Without: one route that anybody may use, and no log. `dialect`: what the provider speaks.
    `cache`: the route's block. `quota`: other limits than that one. `redis`: the URL of where they are counted."""
    route = {"name": "chat", "upstream": {"provider": "mock"}}
    if whole:
        route["quota"] = WHOLE_QUOTA if quota is None else quota
    else:
        route["authn"] = {"anonymous": True}
    if cache:
        route["cache"] = cache
    issuers = []
    if jwks:
        issuers.append({
            "name": "login", "issuer": "https://login.example.com", "audience": "weir", "jwks": "${file:" + jwks + "}", "team": "groups.0",
            "claims": {"tier": "realm.tier"}})
        route["authn"] = {"accept": ["key", "jwt"]}
    return {
        **({"redis": {"url": redis}, "quota": {"pods": 2}} if redis else {}),
        "version": 1,
        "workers": 1,
        "listen": {"address": f"127.0.0.1:{port}"},
        "admin": {"address": "127.0.0.1:0"},
        "log": {"access": whole, "level": "info"},
        "providers": {"mock": {"dialect": dialect, "url": f"http://127.0.0.1:{mock.port}/v1", "key": "sk-provider", "connections": 8000}},
        "models": {"alias": {"targets": [{"provider": "mock", "model": "the-name-at-the-provider"}]}},
        "callers": [{"name": "bench", "team": "bench", "key": "sha256:" + hashlib.sha256(KEY.encode()).hexdigest()}] if whole else [],
        "jwt": issuers,
        "routes": [route],
    }


def start_weir(folder, mock, whole, name, wait=True, dialect="openai", cache=None, jwks=None, quota=None, redis=None):
    port = free_port()
    return serve(folder, gateway_config(mock, whole, port, dialect, cache, jwks, quota, redis), name, port, wait)


def write_config(path, config):
    with open(path, "w") as file:
        json.dump(config, file)
    # A file that has just been written is watched for a moment, in case more of it comes: a mounted one is older.
    os.utime(path, (0, 0))


def serve(folder, config, name, port, wait=True):
    path = os.path.join(folder, f"{name.replace(' ', '-')}-{port}.yaml")
    write_config(path, config)
    child = subprocess.Popen(pinned(PROXY_CORE, os.environ["WEIR_BIN"], "serve", "--config", path), stdout=subprocess.DEVNULL)
    if wait:
        try:
            wait_for_port(port)
        except OSError:
            child.kill()
            raise
    subject = Subject(name, port, child)
    subject.config_path = path
    return subject


def start_redis(folder):
    """On the load's core, as it would be on another machine."""
    port = free_port()
    server = shutil.which("redis-server") or os.path.join(os.path.dirname(__file__), "..", "..", ".build", "tools", "redis-server")
    words = [server, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"]
    child = subprocess.Popen(pinned(LOAD_CORE, *words), stdout=subprocess.DEVNULL)
    wait_for_port(port)
    return Subject("redis", port, child)


def temporary_folder():
    return tempfile.mkdtemp(prefix="weir-bench-")
