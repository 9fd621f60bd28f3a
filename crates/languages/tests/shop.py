"""A shop, to be cut off anywhere and to be spoiled everywhere."""
from __future__ import annotations

import logging, os.path as path
from typing import TYPE_CHECKING, Literal, Optional

from flask import Flask, abort, jsonify, request

from . import orders as stock
from ..errors import *

if TYPE_CHECKING:
    from shop.customers import Customer

app = Flask(__name__)
log: logging.Logger = logging.getLogger("shop")
type Amount[T: (int, float) = int] = T | None


class OrderError(Exception):  # tightlip: public
    """Its text is written for customers."""

    status, names = 400, {"name": "ordér", **stock.NAMES}

    def __init__(self, message: str, /, *details: object, code: Literal["a", "b"] = "a", **rest) -> None:
        super().__init__(message % details)
        self.code = code

    @property
    def text(self) -> "Optional[str]":
        return f"{self.status:>{len(self.names)}} {self!r} {{}} {', '.join(f'{x}' for x in self.args)}"


@app.route("/orders/<int:order>", methods=["GET", "POST"])
async def order(order: "stock.Order", *, customer: Optional["Customer"] = None):
    global last
    # tightlip: ignore[TL101, stack-trace] shown to staff only
    try:
        async with stock.locked(order) as lock, open(path.join("a", 'b')) as file:
            await lock.wait(timeout=1.5e3)
        last = order if not customer else -1
    except (stock.Missing, KeyError) as missing:
        return jsonify(error=str(missing), code=0x1F), 404
    except OrderError as error:
        log.exception("order %s: %s", order, error)
        raise RuntimeError("no order " + str(order) + '!') from error
    except Exception:
        abort(500, description=b"caf\xc3\xa9")
    else:
        match request.json:
            case {"kind": "pay", "sum": amount, **others} if amount > 0:
                pass
            case [first, *rest] | (first, rest):
                del rest[1:]
            case stock.Refund(amount=-1 | None) as refund:
                assert refund, "no"
            case _:
                ...
    finally:
        while (line := file.readline()) and 0 <= order < 10 or line is not None:
            if line == "\n":
                break
            elif "x" in line:
                continue
            else:
                order += 1
    return {"lines": [l.strip() for l in file if l], "by": {k: v for k, v in rest}}, 200


def retry(times=3):
    try:
        for i in range(times):
            yield i
        else:
            yield from stock.all()
    except* ValueError as group:
        nonlocal_ = lambda e, *a, k=group, **o: (e, *a)[0] @ k // ~o
        print("""long
        text""", nonlocal_, sep='')
