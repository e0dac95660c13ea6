"""A route's edits of the heads of its answers hold for all of them."""

from processes import CALLER_KEY, chat, config, route
from wire import call

KEY = {"authorization": "Bearer " + CALLER_KEY}


def test_answers_errors_and_streams_have_the_routes_headers(start, mock):
    headers = {"set": {"x-served-by": "weir", "openai-version": "mine"}, "remove": ["openai-processing-ms", "x-request-id", "www-authenticate"]}
    transform = {"headers": {"pass": ["x-mock"]}, "response": {"headers": headers}}
    gateway = start(config(mock, routes=[route(transform=transform)]))
    answers = [
        call(gateway, "POST", "/v1/chat/completions", chat(), KEY), call(gateway, "POST", "/v1/chat/completions", chat(stream=True), KEY),
        call(gateway, "POST", "/v1/chat/completions", chat(), {**KEY, "x-mock": "status=500"}), call(gateway, "POST", "/v1/chat/completions", chat())]

    assert [answer.status for answer in answers] == [200, 200, 500, 401]
    for answer in answers:
        assert answer.headers["x-served-by"] == "weir" and answer.headers["openai-version"] == "mine"
        assert not {"openai-processing-ms", "x-request-id", "www-authenticate"} & set(answer.headers)
    # Where no route is found there is none to edit anything.
    assert "x-served-by" not in call(gateway, "POST", "/v2/nothing", chat(), KEY).headers
