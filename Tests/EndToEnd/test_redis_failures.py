"""Limits in Redis while Redis is killed, stopped, slow, full, read-only or locked: which statuses clients see, how long they wait, and what is counted."""

import itertools
import threading
import time

import pytest

from processes import CALLER_KEY, chat, route, wait_until
from wire import Connection, call

LIMIT = 100_000
DEADLINE = 0.02
HEADERS = {"authorization": "Bearer " + CALLER_KEY}


def limited(when_down, limit=LIMIT):
    return route(quota=[{"allow": f"{limit} requests per day", "each": "caller", "when_redis_is_down": when_down}])


def shared_gateway(start, redis, when_down, limit=LIMIT, **changes):
    gateway = start(redis={"url": redis.url, "deadline": "20ms"}, quota={"pods": 2}, routes=[limited(when_down, limit)], **changes)
    assert wait_until(lambda: gateway.status["redis"]["state"] == "up")
    return gateway


class Clients:
    """Ask in eight threads while the block runs; what they got is kept."""

    def __init__(self, *gateways):
        self.statuses = []
        self.seconds = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(gateway,)) for gateway in itertools.islice(itertools.cycle(gateways), 8)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=20)

    def _run(self, gateway):
        with Connection(gateway.port) as connection:
            while not self._stop.is_set():
                began = time.monotonic()
                status = connection.request("POST", "/v1/chat/completions", chat(), HEADERS).answer().status
                self.seconds.append(time.monotonic() - began)
                self.statuses.append(status)

    @property
    def admitted(self):
        return self.statuses.count(200)

    @property
    def p99(self):
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)]


class Counter:
    """Asks what is left until it is what it should be: asking takes one each time."""

    def __init__(self, limit=LIMIT):
        self.limit = limit
        self.admitted = 0
        self.seen = None

    def is_exact(self, gateway):
        answer = call(gateway, "POST", "/v1/chat/completions", chat(), key=CALLER_KEY)
        if answer.status != 200:
            return False
        self.admitted += 1
        self.seen = int(answer.headers["x-ratelimit-remaining-requests"])
        return self.seen == self.limit - self.admitted


def crash(redis):
    redis.crash()
    return redis.start


def stop(redis):
    redis.pause()
    return redis.resume


def slow(redis):
    # Every command waits, longer than the deadline, as behind somebody's long script.
    redis.command("CLIENT", "PAUSE", "1500", "ALL")
    return lambda: None


def fill(redis):
    redis.command("CONFIG", "SET", "maxmemory", "1", "maxmemory-policy", "noeviction")
    return lambda: redis.command("CONFIG", "SET", "maxmemory", "0")


def make_replica(redis):
    redis.command("REPLICAOF", "127.0.0.1", "1")
    return lambda: redis.command("REPLICAOF", "NO", "ONE")


def lock(redis):
    redis.command("CONFIG", "SET", "requirepass", "another")
    redis.password = "another"
    redis.command("CLIENT", "KILL", "TYPE", "normal")

    def unlock():
        redis.command("CONFIG", "SET", "requirepass", "")
        redis.password = None

    return unlock


FAULTS = [crash, stop, slow, fill, make_replica, lock]


@pytest.mark.parametrize("when_down", ["reject", "allow"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_of_redis_costs_a_deadline_at_most_and_no_count(start, redis_server, fault, when_down):
    redis = redis_server()
    gateway = shared_gateway(start, redis, when_down)
    counter = Counter()
    with Clients(gateway) as before:
        time.sleep(0.2)
    counter.admitted += before.admitted
    assert wait_until(lambda: counter.is_exact(gateway))

    heal = fault(redis)
    with Clients(gateway) as meanwhile:
        time.sleep(1)
        heal()
        healed = time.monotonic()
        time.sleep(0.2)

    assert set(meanwhile.statuses) <= ({200, 503} if when_down == "reject" else {200})
    assert len(meanwhile.statuses) > 100, "clients hung"
    assert meanwhile.p99 < before.p99 + DEADLINE + 0.1
    metrics = gateway.metrics
    assert metrics.sum("weir_redis_operation_seconds_bucket", le="0.1") >= 0.99 * metrics.sum("weir_redis_operation_seconds_count")
    counter.admitted += meanwhile.admitted
    if fault is crash:
        # Its data went with it: what was used since is counted, by `allow` also what was used while it was away.
        assert wait_until(lambda: gateway.status["redis"]["state"] == "up", within=4)
        return
    assert wait_until(lambda: counter.is_exact(gateway), within=healed + 4 - time.monotonic()), f"{counter.seen} left after {counter.admitted}"


def test_a_limit_is_exact_across_gateways_that_lose_redis_and_find_it_again(start, redis_server):
    """Three gateways, one limit: with `reject` not one call too many is let in, whatever happens to Redis."""
    redis = redis_server()
    gateways = [shared_gateway(start, redis, "reject", limit=1500) for _ in range(3)]

    with Clients(*gateways) as clients:
        for fault in (stop, slow, lock, make_replica):
            heal = fault(redis)
            time.sleep(0.3)
            heal()
            time.sleep(0.3)
        assert wait_until(lambda: 429 in clients.statuses, within=30), f"{clients.admitted} were let in"
        time.sleep(0.2)

    assert set(clients.statuses) == {200, 429, 503}
    assert clients.admitted <= 1500
    # What was reserved by calls that nobody answered is given back within moments: then the last of them are let in, and not one more.
    late = []

    def is_used_up():
        late.append(call(gateways[0], "POST", "/v1/chat/completions", chat(), key=CALLER_KEY).status)
        return clients.admitted + late.count(200) == 1500

    assert clients.admitted == 1500 or wait_until(is_used_up, within=4), f"{clients.admitted} and {late.count(200)} were let in"
    assert call(gateways[0], "POST", "/v1/chat/completions", chat(), key=CALLER_KEY).status == 429
