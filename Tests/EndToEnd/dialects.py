"""What the tests of the dialects share: one gateway with a provider of each format, what of a request reached the provider, and docs/dialects.md."""

import asyncio
import base64
import json
import os
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

import pytest

from processes import CALLER_KEY, OTHER_KEY, Gateway, hash_of

FORMATS = ["chat", "responses", "anthropic", "gemini"]
# No client speaks the last one's format.
PROVIDERS = [*FORMATS, "bedrock"]
MODES = ["plain", "stream", "async", "async-stream"]

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = "JVBERi0xLjQKJSVFT0YK"
WEATHER = {
    "type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city", "days"],
    "additionalProperties": False,
}
ANSWER = {
    "type": "object", "properties": {"city": {"type": "string"}, "degrees": {"type": "integer"}}, "required": ["city", "degrees"],
    "additionalProperties": False,
}
THOUGHTS = "The weir is asked; the weir considers."
# What each provider of the mock's wants back after it has thought or called.
# What Google takes for the seal of a call that is not its own.
STRANGER = "skip_thought_signature_validator"
SEALS = {"responses": "bW9jay1lbmNyeXB0ZWQ=", "anthropic": "bW9jay1zaWduYXR1cmU=", "gemini": "bW9jay10aG91Z2h0"}
SEALS["bedrock"] = SEALS["anthropic"]


# The gateway.


def _models():
    def target(provider, **more):
        # Bedrock's ids say who made a model, and that says how thinking is asked for.
        return {"targets": [{"provider": provider, "model": "anthropic." * (provider == "bedrock") + "model-of-" + provider, **more}]}

    models = {name + ending: target(name) for name in PROVIDERS for ending in ("", "-drop", "-kept")}
    models |= {name + "-budget": target(name, thinking="budget") for name in ("anthropic", "gemini")}
    models |= {f"{one}-or-{other}": target(one) for one in PROVIDERS for other in FORMATS if one != other}
    # The only one that a client's request need not be spliced for.
    models["untouched"] = {"targets": [{"provider": "anthropic"}]}
    return models


def _routes():
    transform = {"headers": {"pass": ["x-mock"]}}
    fallbacks = [
        {"name": f"{one}-or-{other}", "match": {"model": f"{one}-or-{other}"}, "transform": transform, "fallback": [{"on": "any", "to": other}]}
        for one in PROVIDERS for other in FORMATS if one != other
    ]
    return [
        {"name": "drop", "match": {"model": "*-drop"}, "transform": {**transform, "lossy": "drop"}},
        {"name": "kept", "match": {"model": "*-kept"}, "transform": transform, "cache": {"keep": "1h", "scope": "everyone"}},
        *fallbacks,
        {"name": "all", "transform": transform},
    ]


@pytest.fixture(scope="session")
def weir(shared_mock, tmp_path_factory):
    """A gateway whose models are named for the format of their provider: `anthropic`, and `anthropic-drop` where `lossy: drop` holds."""
    provider = {"url": shared_mock.url + "/v1", "dialect": "openai"}
    config = {
        "version": 1, "workers": 1, "listen": {"address": "127.0.0.1:0"}, "admin": {"address": "127.0.0.1:0"},
        "providers": {
            "chat": {**provider, "api": ["chat"], "key": "sk-of-chat"},
            "responses": {**provider, "api": ["responses"], "key": "sk-of-responses"},
            "anthropic": {**provider, "dialect": "anthropic", "key": "sk-of-anthropic"},
            "gemini": {"url": shared_mock.url + "/v1beta", "dialect": "gemini", "key": "sk-of-gemini"},
            "bedrock": {
                "url": shared_mock.url, "dialect": "bedrock", "region": "eu-central-1",
                "credentials": {"access_key": "AKIDEXAMPLE", "secret_key": "sk-of-bedrock"}},
        },
        "models": _models(),
        "callers": [
            {"name": "checkout", "key": hash_of(CALLER_KEY)},
            {"name": "billing", "key": hash_of(OTHER_KEY), "models": ["anthropic", "gemini"]},
        ],
        "routes": _routes(),
    }
    gateway = Gateway(str(tmp_path_factory.mktemp("dialects")), config)
    yield gateway
    ended = gateway.child.poll()
    gateway.stop()
    assert ended is None, f"the gateway ended with {ended}: {gateway.output[-3000:]}"


class Loop:
    """One event loop for all clients of a run: their connections belong to it."""

    runner = None

    @classmethod
    def run(cls, work):
        if cls.runner is None:
            cls.runner = asyncio.Runner()
        return cls.runner.run(work)


# An answer, whichever SDK has read it.


@dataclass
class Call:
    id: str
    name: str
    arguments: dict
    # As the SDK got them, where its format has text for them.
    spelled: str | None = None


@dataclass
class Said:
    text: str = ""
    thoughts: str = ""
    calls: list = field(default_factory=list)
    # stop, length, calls or filter
    stop: str = ""
    # input, output, cached, reasoning; what the SDK does not show is missing
    usage: dict = field(default_factory=dict)
    # What the client appends to its conversation, as its SDK makes it.
    native: list = field(default_factory=list)
    headers: dict = field(default_factory=dict)
    pieces: int = 1


# A request, whichever format the provider has.


class Reached:
    """What of a conversation reached the mock provider, in the words of no format.

    Parts are tuples: ("text", text), ("image", type, base64 or address), ("document", type, base64), ("audio", type, base64),
    ("call", name, arguments), ("result", name, text), ("seal", data).
    """

    def __init__(self, echo):
        self.headers = echo.headers
        self.target = echo.target
        self.body = echo.json
        self.format = next(name for name, ending in [
            ("chat", "/chat/completions"), ("responses", "/responses"), ("anthropic", "/messages"), ("gemini", "enerateContent"),
            ("bedrock", "/converse"), ("bedrock", "/converse-stream"),
        ] if echo.target.partition("?")[0].endswith(ending))
        self.system, self.turns, self.tools, self._names = [], [], {}, {}
        self.is_error = False
        getattr(self, "_read_" + self.format)(self.body)

    @property
    def parts(self):
        return [part for _, parts in self.turns for part in parts]

    @property
    def spoken(self):
        """Who said what, in turn: (role, text)."""
        spoken = []
        for role, parts in self.turns:
            role, text = role.replace("model", "assistant"), "".join(part[1] for part in parts if part[0] == "text")
            if spoken and spoken[-1][0] == role:
                text = spoken.pop()[1] + text
            spoken.append((role, text))
        return spoken

    def of(self, kind):
        return [part[1:] for part in self.parts if part[0] == kind]

    @property
    def model(self):
        if self.format == "bedrock":
            return unquote(self.target.split("/")[-2]).removeprefix("anthropic.")
        return re.search(r"models/([^:]+):", self.target)[1] if self.format == "gemini" else self.body["model"]

    @property
    def schema(self):
        return {
            "chat": lambda body: body.get("response_format", {}).get("json_schema", {}).get("schema"),
            "responses": lambda body: body.get("text", {}).get("format", {}).get("schema"),
            "anthropic": lambda body: body.get("output_config", {}).get("format", {}).get("schema"),
            "gemini": lambda body: body.get("generationConfig", {}).get("responseJsonSchema"),
            "bedrock": lambda body: json.loads(body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"]),
        }[self.format](self.body)

    def sampling(self, name):
        """A setting by OpenAI's name for it; None where it is not there."""
        config = self.body.get("generationConfig", {}) if self.format == "gemini" else self.body
        if self.format == "bedrock":
            config = {**self.body["inferenceConfig"], **self.body.get("additionalModelRequestFields", {})}
        names = {
            "chat": {"limit": "max_completion_tokens"},
            "responses": {"limit": "max_output_tokens"},
            "anthropic": {"limit": "max_tokens", "stop": "stop_sequences"},
            "bedrock": {"limit": "maxTokens", "stop": "stopSequences", "top_p": "topP"},
            "gemini": {
                "limit": "maxOutputTokens", "stop": "stopSequences", "top_p": "topP", "top_k": "topK", "frequency_penalty": "frequencyPenalty",
                "presence_penalty": "presencePenalty",
            },
        }[self.format]
        return config.get(names.get(name, name))

    @property
    def user(self):
        return {
            "chat": lambda body: body.get("safety_identifier") or body.get("user"), "responses": lambda body: body.get("safety_identifier"),
            "anthropic": lambda body: body.get("metadata", {}).get("user_id"), "gemini": lambda body: None,
            "bedrock": lambda body: None,
        }[self.format](self.body)

    @property
    def thinking(self):
        """The setting that says how much to think."""
        return {
            "chat": lambda body: body.get("reasoning_effort"),
            "responses": lambda body: body.get("reasoning", {}).get("effort"),
            "anthropic": lambda body: body.get("output_config", {}).get("effort") or body.get("thinking", {}).get("budget_tokens"),
            "gemini": lambda body: self._either(body.get("generationConfig", {}).get("thinkingConfig", {}), "thinkingLevel", "thinkingBudget"),
            "bedrock": lambda body: body.get("outputConfig", {}).get("effort"),
        }[self.format](self.body)

    @property
    def choice(self):
        """auto, none, any, or the name of the one tool that must be called."""
        if self.format == "gemini":
            calling = self.body["toolConfig"]["functionCallingConfig"]
            return (calling.get("allowedFunctionNames") or [calling["mode"].lower()])[0]
        if self.format == "bedrock":
            choice = self.body.get("toolConfig", {}).get("toolChoice", {"none": {}})
            return choice.get("tool", {}).get("name") or next(iter(choice))
        choice = self.body["tool_choice"]
        if isinstance(choice, str):
            return {"required": "any"}.get(choice, choice)
        return choice.get("name") or choice.get("function", {}).get("name") or choice["type"]

    @property
    def one_at_a_time(self):
        if self.format == "anthropic":
            return self.body.get("tool_choice", {}).get("disable_parallel_tool_use", False)
        return self.body.get("parallel_tool_calls") is False

    def _call(self, id, name, arguments):
        self._names[id] = name
        return ("call", name, json.loads(arguments or "{}") if isinstance(arguments, str) else arguments)

    @staticmethod
    def _either(members, *names):
        """The first member that is there: Google's own client spells some names with underscores."""
        for name in names:
            for spelled in (name, re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)):
                if spelled in members:
                    return members[spelled]
        return None

    # Each format.

    def _read_chat(self, body):
        for message in body["messages"]:
            role, content = message["role"], message.get("content")
            parts = [self._openai_part(part) for part in self._listed(content)]
            if role in ("system", "developer") and not self.turns:
                self.system += [part[1] for part in parts]
                continue
            if role == "tool":
                parts = [("result", self._names[message["tool_call_id"]], "\n".join(part[1] for part in parts))]
            for call in message.get("tool_calls") or []:
                parts.append(self._call(call["id"], call["function"]["name"], call["function"]["arguments"]))
            self.turns.append((role, parts))
        self.tools = {tool["function"]["name"]: tool["function"].get("parameters") for tool in body.get("tools", [])}

    def _read_responses(self, body):
        self.system = [body["instructions"]] if body.get("instructions") else []
        for item in self._listed(body["input"], lambda text: {"role": "user", "content": text}):
            kind = item.get("type", "message")
            if kind == "message":
                parts = [self._openai_part(part) for part in self._listed(item["content"])]
                if item["role"] in ("system", "developer") and not self.turns:
                    self.system += [part[1] for part in parts]
                else:
                    self.turns.append((item["role"], parts))
            elif kind == "function_call":
                self.turns.append(("assistant", [self._call(item["call_id"], item["name"], item["arguments"])]))
            elif kind == "function_call_output":
                text = "\n".join(part.get("text", "") for part in self._listed(item["output"]))
                self.turns.append(("tool", [("result", self._names[item["call_id"]], text)]))
            else:
                assert kind == "reasoning", kind
                if item.get("encrypted_content"):
                    self.turns.append(("assistant", [("seal", item["encrypted_content"])]))
        self.tools = {tool["name"]: tool.get("parameters") for tool in body.get("tools", [])}

    def _read_anthropic(self, body):
        self.system = [block["text"] for block in self._listed(body.get("system", []))]
        for message in body["messages"]:
            self.turns.append((message["role"], [self._block(block) for block in self._listed(message["content"])]))
        self.tools = {tool["name"]: tool["input_schema"] for tool in body.get("tools", [])}

    def _read_gemini(self, body):
        self.system = [part["text"] for part in body.get("systemInstruction", {}).get("parts", [])]
        for content in body["contents"]:
            parts = []
            for part in content["parts"]:
                if part.get("thoughtSignature"):
                    parts.append(("seal", part["thoughtSignature"]))
                parts.append(self._gemini_part(part))
            self.turns.append((content.get("role", "user"), parts))
        for tool in body.get("tools", []):
            for function in tool.get("functionDeclarations", []):
                self.tools[function["name"]] = self._either(function, "parametersJsonSchema")

    def _read_bedrock(self, body):
        self.system = [block["text"] for block in body.get("system", []) if "text" in block]
        for message in body["messages"]:
            blocks = [block for block in message["content"] if "cachePoint" not in block]
            self.turns.append((message["role"], [self._converse_block(block) for block in blocks]))
        for tool in body.get("toolConfig", {}).get("tools", []):
            if "toolSpec" in tool:
                self.tools[tool["toolSpec"]["name"]] = tool["toolSpec"]["inputSchema"]["json"]

    def _converse_block(self, block):
        (kind, value), = block.items()
        if kind in ("image", "document", "audio"):
            data = value["source"]["bytes"]
            if value["format"] == "txt":
                return (kind, "text/plain", base64.b64decode(data).decode())
            return (kind, {"pdf": "application/pdf"}.get(value["format"], f"{kind}/{value['format']}"), data)
        if kind == "toolUse":
            return self._call(value["toolUseId"], value["name"], value["input"])
        if kind == "toolResult":
            self.is_error = self.is_error or value.get("status") == "error"
            return ("result", self._names[value["toolUseId"]], "\n".join(part.get("text", "") for part in value["content"]))
        return ("seal", value["reasoningText"]["signature"]) if kind == "reasoningContent" else ("text", value)

    @staticmethod
    def _listed(content, wrap=lambda text: {"type": "text", "text": text}):
        return [wrap(content)] if isinstance(content, str) else content or []

    @staticmethod
    def _openai_part(part):
        if "image_url" in part:
            address = part["image_url"] if isinstance(part["image_url"], str) else part["image_url"]["url"]
            inside = re.fullmatch(r"data:([^;]+);base64,(.*)", address)
            return ("image", inside[1], inside[2]) if inside else ("image", None, address)
        if "input_audio" in part:
            return ("audio", "audio/" + part["input_audio"]["format"], part["input_audio"]["data"])
        if part["type"] in ("file", "input_file"):
            inside = re.fullmatch(r"data:([^;]+);base64,(.*)", part.get("file", part).get("file_data", ""))
            return ("document", inside[1], inside[2]) if inside else ("document", None, part.get("file_url"))
        return ("text", part["text"])

    def _block(self, block):
        kind = block["type"]
        if kind in ("image", "document"):
            source = block["source"]
            return (kind, source.get("media_type"), source.get("data") or source["url"])
        if kind == "tool_use":
            return self._call(block["id"], block["name"], block["input"])
        if kind == "tool_result":
            self.is_error = self.is_error or block.get("is_error", False)
            return ("result", self._names[block["tool_use_id"]], "\n".join(part.get("text", "") for part in self._listed(block.get("content"))))
        return ("seal", block["signature"]) if kind == "thinking" else ("text", block["text"])

    def _gemini_part(self, part):
        if "functionCall" in part:
            return self._call(part["functionCall"].get("id"), part["functionCall"]["name"], part["functionCall"].get("args", {}))
        if "functionResponse" in part:
            response = part["functionResponse"]["response"]
            self.is_error = self.is_error or "error" in response
            text = response.get("output", response.get("error", response.get("result")))
            return ("result", part["functionResponse"]["name"], text)
        if "inlineData" in part:
            type = self._either(part["inlineData"], "mimeType")
            # Google's own client writes the other alphabet of base64.
            data = part["inlineData"]["data"].replace("-", "+").replace("_", "/")
            return (type.partition("/")[0].replace("application", "document"), type, data)
        if "fileData" in part:
            return ("image", None, part["fileData"]["fileUri"])
        return ("text", part.get("text", ""))


def is_json(reached):
    """Whether the provider was asked for JSON without a schema."""
    return reached.schema is None and "json" in json.dumps([
        reached.body.get("response_format"), reached.body.get("text"), reached.body.get("generationConfig")])


# docs/dialects.md


DOCUMENT = os.path.join(os.path.dirname(__file__), "../../docs/dialects.md")
WORDS = ("yes", "named", "dropped", "refused")


def table(text=None):
    """The rows of the document's table: (feature, client) -> {provider: word}. A provider of the client's own format gets all as it is."""
    rows = {}
    for line in (text or open(DOCUMENT).read()).splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 3 + len(PROVIDERS) or not re.fullmatch(r"`[a-z-]+`", cells[0]):
            continue
        words = dict(zip(PROVIDERS, cells[2:2 + len(PROVIDERS)]))
        assert set(words.values()) <= set(WORDS), line
        for client in FORMATS if cells[1] == "all" else cells[1].split(", "):
            assert (cells[0].strip("`"), client) not in rows, line
            rows[cells[0].strip("`"), client] = {**words, client: "yes"}
    return rows


def cells(client, features):
    """The cells of one client's rows for these features, as parameters of a test."""
    rows = table()
    return [
        pytest.param(feature, provider, rows.get((feature, client), {}).get(provider, "not in the table"), id=f"{feature}-{provider}")
        for feature in features for provider in PROVIDERS
    ]
