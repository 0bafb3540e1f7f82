"""The fake platform of the tests: a request for which no answer was prepared is seen."""

from __future__ import annotations

import httpx
import pytest

from tests.support.platform import platform


def test_request_without_a_prepared_answer_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    with platform() as state:
        state.says({"name": "Kim"})
        with httpx.Client(base_url=f"http://127.0.0.1:{state.port}", trust_env=False) as http:
            assert http.get("/v1/1").json() == {"name": "Kim"}
            with pytest.raises(httpx.RemoteProtocolError):
                http.get("/v1/2?fields=name")
    assert state.unprepared == ["GET /v1/2"]
    written = capfd.readouterr()
    assert "no answer prepared for GET /v1/2" in written.out
    assert "Traceback" not in written.err


def test_strict_platform_fails_where_an_answer_was_missing() -> None:
    with (
        pytest.raises(AssertionError, match="GET /v1/2"),
        platform(strict=True) as state,
        httpx.Client(base_url=f"http://127.0.0.1:{state.port}", trust_env=False) as http,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        http.get("/v1/2")
