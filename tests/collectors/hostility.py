"""Turns a good answer into one that a hostile or broken source might give instead."""

import gzip
import json
import math
import re
from collections.abc import Callable
from typing import Any

import httpx

from tests.collectors.network import respond
from tests.collectors.server import Behaviour, Exchange, always, read_raw

MEBIBYTE = 2**20
SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://evil.test","x")'
PREFIX = re.compile(rb"^\)\]\}',?\s*")
Change = Callable[[Any], Any]


def change_answers(change: Change) -> Behaviour:
    """Every good answer, its JSON changed; whatever compression and prefix it had stay."""

    def behave(exchange: Exchange) -> None:
        good = exchange.ask_source()
        body = read_raw(good)
        exchange.send(respond(_rewrite(body, change), good.status_code, _keep(good)))

    return behave


def reencode(encode: Callable[[bytes], bytes]) -> Behaviour:
    """Every good answer, its bytes changed."""

    def behave(exchange: Exchange) -> None:
        good = exchange.ask_source()
        body = read_raw(good)
        exchange.send(respond(encode(body), good.status_code, _keep(good)))

    return behave


def _keep(response: httpx.Response) -> dict[str, str]:
    return {
        name: response.headers[name] for name in ("link", "set-cookie") if name in response.headers
    }


def _rewrite(body: bytes, change: Change) -> bytes:
    if body[:2] == b"\x1f\x8b":
        return gzip.compress(_rewrite(gzip.decompress(body), change))
    prefix = PREFIX.match(body)
    start = prefix[0] if prefix else b""
    try:
        value = json.loads(body[len(start) :])
    except ValueError:
        return body
    return start + json.dumps(change(value)).encode()


def walk(change: Change) -> Change:
    """The change for every number and text, whatever holds them."""

    def apply(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: apply(one) for name, one in value.items()}
        if isinstance(value, list):
            return [apply(one) for one in value]
        return change(value)

    return apply


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def replace_numbers(number: Any) -> Change:
    return walk(lambda value: number if _is_number(value) else value)


def quote_numbers(value: Any) -> Any:
    return walk(lambda one: str(one) if _is_number(one) else one)(value)


def negate(value: Any) -> Any:
    return walk(lambda one: -one - 1 if _is_number(one) else one)(value)


def postpone(value: Any) -> Any:
    """Dates, years and epochs a century later."""

    def shift(one: Any) -> Any:
        if _is_number(one) and 10**9 < one < 10**10:
            return one + 100 * 365 * 86400
        if isinstance(one, str) and re.fullmatch(r"1[67]\d{8}", one):
            return str(int(one) + 100 * 365 * 86400)
        if isinstance(one, str):
            return re.sub(r"\b20(?=\d\d(?:\b|-))", "21", one)
        return one

    return walk(shift)(value)


def repeat_backwards(value: Any) -> Any:
    """Every list of records twice, the second time from its end."""
    if isinstance(value, dict):
        return {name: repeat_backwards(one) for name, one in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        records = [repeat_backwards(one) for one in value]
        return [*records, *reversed(records)]
    return value


def inject(text: str) -> Change:
    return walk(lambda value: text + value if isinstance(value, str) else value)


def nest(value: Any) -> Any:
    """A good answer in which a field that nobody reads is nested without end."""
    deep: Any = []
    for _ in range(500):
        deep = [deep]
    return {**value, "unread": deep} if isinstance(value, dict) else [deep, *value]


def hang(exchange: Exchange) -> None:
    exchange.wait(3)


def hang_after_headers(exchange: Exchange) -> None:
    exchange.start(200, {"Content-Type": "application/json"}, 1000)
    exchange.wait(3)


def drip(exchange: Exchange) -> None:
    exchange.start(200, {"Content-Type": "application/json"}, 10_000)
    for _ in range(300):
        exchange.connection.wfile.write(b" ")
        exchange.wait(0.02)


def redirect_in_a_circle(exchange: Exchange) -> None:
    exchange.send(respond(b"", 301, {"location": exchange.connection.path}))


def fail_once(exchange: Exchange) -> None:
    exchange.send(respond({}, 500) if exchange.is_first else exchange.ask_source())


def cut_gzip(exchange: Exchange) -> None:
    whole = gzip.compress(read_raw(exchange.ask_source()))
    exchange.send(respond(whole[:-9], headers={"content-encoding": "gzip"}))


def promise_more(exchange: Exchange) -> None:
    good = exchange.ask_source()
    exchange.send(good, length=10_000_000)


def flood(exchange: Exchange) -> None:
    """200 MB, a piece at a time."""
    piece = b" " * MEBIBYTE
    exchange.start(200, {"Content-Type": "application/json"}, 200 * MEBIBYTE)
    for _ in range(200):
        exchange.connection.wfile.write(piece)


BOMB = gzip.compress(bytes(100 * MEBIBYTE), 1)


FAULTS: dict[str, Behaviour] = {
    "hang before the headers": hang,
    "hang after the headers": hang_after_headers,
    "slow drip": drip,
    "301 loop": redirect_in_a_circle,
    "401": always(status=401),
    "403": always(status=403),
    "404": always(status=404),
    "429 in seconds": always(status=429, retry_after="7"),
    "429 at a date": always(status=429, retry_after="Fri, 01 Jan 2100 00:00:00 GMT"),
    "429 for 15 hours": always(status=429, retry_after="54000"),
    "429 without a time": always(status=429),
    "500 then success": fail_once,
    "503 for ever": always(status=503),
    "truncated gzip": cut_gzip,
    "wrong content length": promise_more,
    "empty body": always(b""),
    "a web page": always(b"<!doctype html><title>Sign in</title>"),
    "other shape": always(b'{"message": ["unexpected"]}'),
    "a list": always(b"[1, 2, 3]"),
    "null": always(b"null"),
    "numbers as texts": change_answers(quote_numbers),
    "NaN": change_answers(replace_numbers(math.nan)),
    "infinity": change_answers(replace_numbers(math.inf)),
    "negative": change_answers(negate),
    "absurd": change_answers(replace_numbers(10**30)),
    "large": change_answers(replace_numbers(10**16)),
    "the future": change_answers(postpone),
    "twice and backwards": change_answers(repeat_backwards),
    "UTF-16": reencode(lambda body: body.decode("latin-1").encode("utf-16")),
    "broken UTF-8": reencode(lambda body: body.replace(b'"', b'"\xff\xfe')),
    "200 MB": flood,
    "nested without end": always(b'{"x":' * 200_000),
    "nested beside the good": change_answers(nest),
    "a bomb": always(BOMB, content_encoding="gzip"),
    "script": change_answers(inject(SCRIPT)),
    "formula": change_answers(inject(FORMULA)),
}
SLOW = ("hang before the headers", "hang after the headers", "slow drip")
HARMLESS = ("500 then success",)
"""What costs nothing."""
