import os
import resource

import pytest

from processes import Gateway, Mock, config
from redis_server import Redis

pytest_plugins = ["dialects", "dialect_rules"]

# Before anything starts: the mock provider, the gateways and this process open thousands of sockets.
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

# What a developer's shell says about proxies, keys and Weir itself is not part of any test.
SHELL_WORDS = ("OPENAI_", "ANTHROPIC_", "GEMINI_", "GOOGLE_", "LANGCHAIN_", "LANGSMITH_")
for name in list(os.environ):
    if name.lower().endswith("_proxy") or name.startswith(SHELL_WORDS) or name in ("WEIR_CONFIG", "WEIR_ADMIN"):
        del os.environ[name]

for name in ("WEIR_BIN", "MOCK_BIN"):
    if not os.path.exists(os.environ.get(name, "")):
        pytest.exit(f"{name} must name a built binary; Tests/EndToEnd/run sets it", returncode=2)


@pytest.fixture(scope="session")
def shared_mock():
    mock = Mock()
    yield mock
    mock.stop()


@pytest.fixture
def mock(shared_mock):
    """A mock provider that has forgotten what came before."""
    shared_mock.reset()
    return shared_mock


@pytest.fixture
def own_mock():
    """Makes mock providers with defaults of their own."""
    mocks = []

    def make(*arguments, **options):
        mocks.append(Mock(*arguments, **options))
        return mocks[-1]

    yield make
    for each in mocks:
        each.stop()


@pytest.fixture
def redis_server(tmp_path):
    """Starts Redis servers with these arguments."""
    servers = []

    def make(*arguments):
        folder = tmp_path / f"redis-{len(servers)}"
        folder.mkdir()
        servers.append(Redis(str(folder), *arguments))
        return servers[-1]

    yield make
    for each in servers:
        each.stop()


@pytest.fixture
def start(tmp_path, mock):
    """Starts gateways; every keyword replaces a block of the file."""
    gateways = []

    def make(whole=None, environment=None, descriptors=None, within=(), **changes):
        folder = tmp_path / str(len(gateways))
        folder.mkdir()
        text = whole if whole is not None else config(mock, **changes)
        gateways.append(Gateway(str(folder), text, environment, descriptors=descriptors, within=within))
        return gateways[-1]

    yield make
    for each in gateways:
        ended = each.child.poll()
        each.stop()
        assert ended in (None, 0) or getattr(each, "may_have_ended", False), f"the gateway ended with {ended}: {each.output[-3000:]}"
