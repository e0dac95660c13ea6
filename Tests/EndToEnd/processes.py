"""The gateway and the mock provider as processes of a test. Nothing sleeps and hopes: each is waited for by what it prints."""

import hashlib
import http.client
import json
import os
import queue
import resource
import signal
import subprocess
import threading
import time

CALLER_KEY = "weir-key-of-checkout-9d41"
OTHER_KEY = "weir-key-of-billing-77aa"
PROVIDER_KEY = "sk-provider-key-5f3c"


def wait_until(condition, within=5.0, every=0.01):
    """Whether the condition becomes true in time."""
    end = time.monotonic() + within
    while True:
        if condition():
            return True
        if time.monotonic() > end:
            return False
        time.sleep(every)


class Process:
    """A child process whose output lines are collected."""

    def __init__(self, arguments, environment=None, descriptors=None):
        """`descriptors`: the soft and the hard limit of how many the process may have."""
        self.lines = []
        self._new = queue.Queue()
        self.child = subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **(environment or {})},
            preexec_fn=descriptors and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, descriptors)))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.child.stdout:
            self.lines.append(line)
            self._new.put(line)
        self._new.put(None)

    def wait_for_line(self, matches, within=10.0):
        end = time.monotonic() + within
        while True:
            line = self._new.get(timeout=max(0.01, end - time.monotonic()))
            if line is None:
                raise AssertionError("the process ended: " + "".join(self.lines))
            if matches(line):
                return line

    def signal(self, number):
        self.child.send_signal(number)

    def wait(self, within=10.0):
        code = self.child.wait(timeout=within)
        self._reader.join(timeout=5)
        return code

    def stop(self):
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        self._reader.join(timeout=5)

    @property
    def output(self):
        return "".join(self.lines)

    def status_field(self, name):
        """A field of /proc/PID/status that is a number, sizes in kB."""
        with open(f"/proc/{self.child.pid}/status") as file:
            for line in file:
                if line.startswith(name + ":"):
                    return int(line.split()[1])
        raise KeyError(name)

    @property
    def resident_kib(self):
        return self.status_field("VmRSS")

    @property
    def held_kib(self):
        """Resident memory without the pages of files: code that an idle gateway has given back comes back with the next request."""
        return self.status_field("RssAnon")

    @property
    def cpu_seconds(self):
        with open(f"/proc/{self.child.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Mock(Process):
    def __init__(self, defaults="", idle_timeout=120):
        super().__init__([os.environ["MOCK_BIN"], "--port", "0", "--default", defaults, "--idle-timeout", str(idle_timeout)])
        line = self.wait_for_line(lambda text: "listening on" in text)
        self.port = int(line.strip().rpartition(":")[2])
        self.url = f"http://127.0.0.1:{self.port}"

    def _ask(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    @property
    def stats(self):
        return self._ask("GET", "/__mock/stats")

    @property
    def last(self):
        """The last request that reached the provider."""
        return Echo(self._ask("GET", "/__mock/last"))

    def reset(self):
        self._ask("POST", "/__mock/reset")


class Echo:
    """A request as the mock provider received it."""

    def __init__(self, page):
        self.method = page["method"]
        self.target = page["target"]
        self.headers = {name: value for name, value in page["headers"]}
        self.text = page.get("body")

    @property
    def json(self):
        return json.loads(self.text)


class Gateway(Process):
    """A running weir. Its file is JSON, which is YAML too."""

    def __init__(self, folder, config, environment=None, arguments=(), descriptors=None, within=()):
        self.file = os.path.join(folder, "gateway.yaml")
        self.write(config)
        super().__init__([*within, os.environ["WEIR_BIN"], "serve", "--config", self.file, *arguments], environment, descriptors)
        line = json.loads(self.wait_for_line(lambda text: '"weir is listening"' in text))
        self.port = int(line["address"].rpartition(":")[2])
        self.admin_port = int(line["admin"].rpartition(":")[2])
        self.url = f"http://127.0.0.1:{self.port}"

    def write(self, config):
        text = config if isinstance(config, str) else json.dumps(config, indent=2)
        # As editors and kubelet do it: the file is whole at every moment.
        with open(self.file + ".new", "w") as file:
            file.write(text)
        os.replace(self.file + ".new", self.file)

    def admin(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    @property
    def status(self):
        return json.loads(self.admin("/status")[1])

    @property
    def metrics(self):
        return Metrics(self.admin("/metrics")[1])

    def reload(self, config=None):
        """Sends SIGHUP and waits for the outcome: loaded, unchanged or refused."""
        if config is not None:
            self.write(config)
        before = self.status["config"]["reads"]
        self.signal(signal.SIGHUP)
        assert wait_until(lambda: self.status["config"]["reads"] > before), "no outcome of the reload"
        return self.status["config"]["last_read"]

    def command(self, *words, stdin=None, environment=None):
        return run_weir(*words, "--admin", f"127.0.0.1:{self.admin_port}", stdin=stdin, environment=environment)

    @property
    def access_lines(self):
        return [entry for entry in map(json.loads, self.lines) if entry["msg"] == "request"]

    def access_line(self, **fields):
        """The access log line with these fields; the log is written within moments of a request's end."""
        found = []

        def look():
            found[:] = [entry for entry in self.access_lines if all(entry[name] == value for name, value in fields.items())]
            return found

        assert wait_until(look), f"no access log line with {fields}: " + self.output
        return found[-1]


def run_weir(*words, stdin=None, environment=None):
    return subprocess.run(
        [os.environ["WEIR_BIN"], *words], input=stdin, capture_output=True, text=True, timeout=30, env={**os.environ, **(environment or {})})


class Metrics:
    """A page in the Prometheus text format, checked while it is read."""

    def __init__(self, text):
        self.text = text
        self.samples = {}
        self.types = {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert name not in self.types, f"{name} is declared twice"
                self.types[name] = kind
            elif line.startswith("# HELP ") or not line:
                continue
            else:
                name, labels, value = self._sample(line)
                key = (name, tuple(sorted(labels.items())))
                assert key not in self.samples, f"{line} stands twice"
                self.samples[key] = value
                family = name
                for suffix in ("_bucket", "_sum", "_count"):
                    if name.endswith(suffix) and self.types.get(name.removesuffix(suffix)) == "histogram":
                        family = name.removesuffix(suffix)
                assert family in self.types, f"{name} has no TYPE"

    @staticmethod
    def _sample(line):
        head, _, value = line.rpartition(" ")
        name, _, rest = head.partition("{")
        labels = {}
        rest = rest.removesuffix("}")
        while rest:
            label, _, rest = rest.partition('="')
            text = ""
            while not rest.startswith('"'):
                if rest.startswith("\\"):
                    text += {"n": "\n"}.get(rest[1], rest[1])
                    rest = rest[2:]
                else:
                    text += rest[0]
                    rest = rest[1:]
            labels[label] = text
            rest = rest[1:].removeprefix(",")
        return name, labels, float(value)

    def sum(self, name, **labels):
        wanted = set(labels.items())
        return sum(value for (found, given), value in self.samples.items() if found == name and wanted <= set(given))

    def label_values(self, label):
        return {value for (_, given) in self.samples for (found, value) in given if found == label}


def hash_of(key):
    return "sha256:" + hashlib.sha256(key.encode()).hexdigest()


def config(mock, **changes):
    """A small gateway.yaml for the mock: one model, two callers, one route, two workers. `changes` replace whole blocks."""
    base = {
        "version": 1,
        "workers": 2,
        "drain": "5s",
        "listen": {"address": "127.0.0.1:0"},
        "admin": {"address": "127.0.0.1:0"},
        "providers": {"mock": {"dialect": "openai", "url": mock.url + "/v1", "key": PROVIDER_KEY}},
        "models": {"fast": {"targets": [{"provider": "mock", "model": "mock-model"}]}},
        "callers": [
            {"name": "checkout", "team": "shop", "key": hash_of(CALLER_KEY)},
            {"name": "billing", "team": "shop", "key": hash_of(OTHER_KEY), "models": ["fast"]},
        ],
        "routes": [route()],
    }
    return {**base, **changes}


def route(**changes):
    base = {
        "name": "all",
        "match": {"path": ["/*"]},
        "transform": {"headers": {"pass": ["x-mock"]}},
        "upstream": {"provider": "mock", "retry": {"attempts": 0}},
    }
    return {**base, **changes}


def chat(content="Hello", **fields):
    return {"model": "fast", "messages": [{"role": "user", "content": content}], **fields}
