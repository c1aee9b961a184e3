"""What the API refuses to guess: JSON with two meanings, wrong types, doubled parameters."""

from collections.abc import AsyncIterator

import pytest

from tests.handlers.api.desk import Api

GROUP = "/groups/lakeside"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b'{"branding":{"name":"A"},"branding":{"name":"B"}}',
        b'{"branding":{"name":"A","name":"B"}}',
        b'{"branding":{"name":NaN}}',
        b'{"branding":{"name":"A"},"payments":{"auto_post":Infinity}}',
        b'{"branding":{"name":"\xff"}}',
        b'\xef\xbb\xbf{"branding":{"name":"A"}}',
        b'{"branding":{"name":"\\ud800"}}' + b" " * 3 + b"x",
        b"[" * 100_0 + b"]" * 100_0,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"branding":{"name":"A"}} {}',
        b"{'branding':{'name':'A'}}",
    ],
)
async def test_what_is_no_json_with_one_meaning_is_refused(api: Api, raw: bytes) -> None:
    refused = await api.call("PUT", GROUP, raw=raw)
    assert refused.status == 400, refused.text
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    assert (await api.call("GET", GROUP)).status == 404


async def test_brackets_inside_texts_do_not_count_as_depth(api: Api) -> None:
    name = "[{" * 20 + '\\"' + "[{" * 15
    assert (await api.call("PUT", GROUP, raw=b'{"branding":{"name":"%s"}}' % name.encode())).status == 200


async def test_half_a_letter_is_refused(api: Api) -> None:
    assert (await api.call("PUT", GROUP, raw=b'{"branding":{"name":"\\ud800"}}')).status == 422


async def test_a_number_too_long_for_any_machine_is_refused(api: Api) -> None:
    raw = b'{"branding":{"name":"A"},"authentication":{"quickpay_max_access_attempts":%s}}' % (b"9" * 5_000)
    assert (await api.call("PUT", GROUP, raw=raw)).status in {400, 422}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data"]
)
async def test_only_json_called_json_is_read(api: Api, kind: str) -> None:
    refused = await api.call("PUT", GROUP, raw=b'{"branding":{"name":"A"}}', Content_Type=kind)
    assert refused.status == 415


async def test_a_group_body_of_more_than_64_kib_is_refused(api: Api) -> None:
    refused = await api.call("PUT", GROUP, raw=b'{"branding":{"name":"A"}}' + b" " * 64 * 1024)
    assert refused.status == 413


async def test_a_body_without_a_length_is_counted_as_it_comes(api: Api) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b'{"branding":{"name":"A"}}'
        for _ in range(65):
            yield b" " * 1024

    headers = {"Authorization": f"Bearer {api.secret}", "Content-Type": "application/json"}
    url = f"{api.base_url}/api/v1{GROUP}"
    async with api.session.put(url, data=parts(), headers=headers) as answer:
        assert answer.status == 413


async def test_unknown_addresses_and_methods_are_problems_too(api: Api) -> None:
    nowhere = await api.call("GET", "/nowhere")
    assert (nowhere.status, nowhere.json["status"]) == (404, 404)
    wrong = await api.call("DELETE", "/groups")
    assert wrong.status == 405
    assert "GET" in wrong.headers["Allow"]


async def test_a_problem_can_be_found_in_the_logs(api: Api) -> None:
    refused = await api.call("PUT", GROUP, raw=b"{")
    assert refused.json["request_id"] == refused.headers["X-Request-Id"]
    assert refused.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("text", ["1001\x00", "\x00", "a\\\x00b"])
async def test_a_text_no_database_keeps_is_refused(api: Api, text: str) -> None:
    await api.group()
    answer = await api.link(guarantor=text)
    assert answer.status == 422
    assert "U+0000" in answer.json["detail"]
    assert answer.paths == {"guarantor"}
    listed = {"first_name": "A", "last_name": "B", "patients": [{"id": "1", "name": text}]}
    assert (await api.call("PUT", "/groups/lakeside/guarantors/1", listed)).paths == {"patients.0.name"}
    literal = await api.link(guarantor="\\u0000")
    assert "U+0000" not in literal.json.get("detail", "")
