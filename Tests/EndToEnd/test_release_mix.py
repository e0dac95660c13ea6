"""The mix of requests by which .ci/release lays out what ships."""

import os
import pathlib
import subprocess


def test_every_kind_of_request_of_the_mix_is_answered():
    mix = pathlib.Path(__file__).parent.parent / "Bench" / "profile"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([mix, os.environ["WEIR_BIN"], os.environ["MOCK_BIN"]], capture_output=True, text=True, timeout=120, env=environment)

    assert done.returncode == 0, done.stderr
