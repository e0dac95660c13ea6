"""What the gateway takes: idle means idle, streams are small, and nothing grows."""

import statistics
import time

from processes import CALLER_KEY, chat, route, wait_until
from wire import Connection, call

KEY = {"authorization": "Bearer " + CALLER_KEY}


def cpu_while_idle(gateway, seconds):
    before = gateway.cpu_seconds
    time.sleep(seconds)
    return (gateway.cpu_seconds - before) / seconds


def test_a_thousand_idle_connections_cost_less_than_a_hundredth_of_a_core(start):
    gateway = start()
    connections = [Connection(gateway.port) for _ in range(1000)]
    for connection in connections[:100]:
        assert connection.request("POST", "/v1/chat/completions", chat(), KEY).answer().status == 200
    time.sleep(0.5)

    assert cpu_while_idle(gateway, 4) <= 0.01
    for connection in connections:
        connection.close()


def test_pooled_connections_that_providers_close_leave_no_busy_loop(start, own_mock):
    short = own_mock("", idle_timeout=1)
    gateway = start(providers={"mock": {"dialect": "openai", "url": short.url + "/v1"}})
    connections = [Connection(gateway.port) for _ in range(50)]
    for connection in connections:
        connection.request("POST", "/v1/chat/completions", chat(), {**KEY, "x-mock": "delay=200ms"})
    assert all(connection.answer().status == 200 for connection in connections)
    assert wait_until(lambda: short.stats["open_connections"] <= 1)

    assert cpu_while_idle(gateway, 4) <= 0.01
    assert call(gateway, "POST", "/v1/chat/completions", chat(), KEY).status == 200


def test_two_thousand_streams_fit_into_192_mib(start, mock):
    # An attempt's connections are counted for each worker.
    providers = {"mock": {"dialect": "openai", "url": mock.url + "/v1", "connections": 4000}}
    gateway = start(providers=providers)
    connections = []
    for _ in range(2000):
        connection = Connection(gateway.port, timeout=60)
        connection.request("POST", "/v1/chat/completions", chat(stream=True), {**KEY, "x-mock": "chunks=10,interval=2s"})
        connections.append(connection)
    assert wait_until(lambda: mock.stats["open_streams"] == 2000, within=30)
    for connection in connections:
        assert connection.read_head()[0] == 200

    resident = gateway.resident_kib
    for connection in connections:
        connection.close()

    assert resident < 192 * 1024, f"{resident} KiB"
    assert wait_until(lambda: mock.stats["open_streams"] == 0, within=10)
    assert wait_until(lambda: gateway.metrics.sum("weir_inflight_requests") == 0)


def test_an_idle_gateway_is_resident_in_less_than_24_mib(start):
    gateway = start()

    assert wait_until(lambda: gateway.resident_kib < 24 * 1024), gateway.resident_kib


def test_memory_is_flat_over_thousands_of_requests(start):
    gateway = start(routes=[route(quota=[{"allow": "1000k requests per minute"}])])
    readings = []
    with Connection(gateway.port) as connection:
        for number in range(6000):
            stream = number % 2 == 0
            answer = connection.request("POST", "/v1/chat/completions", chat(str(number), stream=stream), {**KEY, "x-mock": "chunks=5"}).answer()
            assert answer.status == 200
            if number % 1000 == 999:
                readings.append(gateway.held_kib)

    assert readings[-1] - readings[1] < 2 * 1024, readings


def is_taken(connection):
    """Whether the gateway serves this connection, or has turned it away."""
    try:
        return connection.request("GET", "/livez").answer().status == 200
    except OSError:
        return False


def test_more_clients_than_descriptors_leave_the_operator_and_open_connections_alone(start, mock):
    gateway = start(descriptors=(512, 1024))
    connections = [Connection(gateway.port) for _ in range(1100)]
    assert wait_until(lambda: gateway.metrics.sum("weir_connections_refused_total", reason="too_many") > 0)

    assert gateway.admin("/livez")[0] == 200
    # The kernel hands connections over in another order when many wait: which ones are in is asked, not assumed.
    taken = [connection for connection in connections[:700] if is_taken(connection)]
    assert len(taken) >= 300
    busy = [connection.request("POST", "/v1/chat/completions", chat(), {**KEY, "x-mock": "delay=300ms"}) for connection in taken[:300]]
    answers = [connection.answer() for connection in busy]
    assert {answer.status for answer in answers} == {200}, [(i, answer.body) for i, answer in enumerate(answers) if answer.status != 200][:3]
    assert gateway.metrics.sum("weir_connections_refused_total", reason="out_of_descriptors") == 0
    assert wait_until(lambda: any('"wanted":10000' in line for line in gateway.lines)), gateway.output
    for connection in connections:
        connection.close()


def test_the_soft_limit_of_descriptors_is_raised(start):
    gateway = start(descriptors=(256, 4096))

    assert gateway.metrics.sum("process_max_fds") == 4096


def test_slow_connections_do_not_slow_the_others(start):
    gateway = start()

    def median():
        times = []
        with Connection(gateway.port) as connection:
            for _ in range(300):
                begin = time.monotonic()
                assert connection.request("POST", "/v1/chat/completions", chat(), KEY).answer().status == 200
                times.append(time.monotonic() - begin)
        return statistics.median(times)

    median()
    alone = median()
    slow = [Connection(gateway.port) for _ in range(600)]
    for connection in slow:
        connection.send("POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\nx-slow: ")
    beside = min(median() for _ in range(3))

    assert beside < alone * 2 + 0.005, (alone, beside)
    for connection in slow:
        connection.close()


def test_connections_that_ask_nothing_keep_no_probe_and_no_operator_out(start):
    gateway = start()
    silent = [Connection(gateway.admin_port) for _ in range(100)]
    half = [Connection(gateway.admin_port) for _ in range(100)]
    for connection in half:
        connection.send("GET /livez HTTP/1.1\r\n")

    assert [gateway.admin("/livez")[0] for _ in range(5)] == [200] * 5
    assert gateway.command("status").returncode == 0
    for connection in silent + half:
        connection.close()


def test_everybody_who_asks_the_admin_listener_at_once_is_answered(start):
    gateway = start()
    asking = []
    for _ in range(200):
        asking.append(Connection(gateway.admin_port))
        asking[-1].request("GET", "/livez", headers={"connection": "close"})

    assert [connection.answer().status for connection in asking] == [200] * 200
    for connection in asking:
        connection.close()
