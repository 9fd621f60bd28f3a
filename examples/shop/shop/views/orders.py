import sqlite3
from datetime import date

from flask import Blueprint, Response, abort, jsonify, request, stream_with_context

from ..decorators import guarded
from ..errors import CartError
from ..replies import json_created, json_error, json_items
from ..services import orders

bp = Blueprint("orders", __name__, url_prefix="/orders")


@bp.post("")
def place():
    payload = request.get_json()
    try:
        quantity = orders.parse_quantity(payload.get("quantity"))
    except ValueError as e:
        return jsonify(error=str(e)), 400
    try:
        order_id = orders.place(payload.get("customer_id"), payload.get("sku"), quantity)
    except sqlite3.Error as e:
        return json_error(e, 409)
    return json_created(id=order_id)


@bp.post("/batch")
def place_many():
    placed, errors = [], []
    for line, item in enumerate(request.get_json(), start=1):
        try:
            placed.append(orders.place(item["customer_id"], item["sku"], item["quantity"]))
        except Exception as e:
            errors.append({"line": line, "error": str(e)})
    return jsonify(placed=placed, errors=errors), 207 if errors else 201


@bp.post("/quote")
def quote():
    try:
        total = orders.quote(request.get_json().get("items"))
    except CartError as e:
        return jsonify(error=str(e)), 400
    return jsonify(total_cents=total)


@bp.get("/<int:order_id>")
def show(order_id):
    order = orders.find(order_id)
    if order is None:
        return json_error("No such order", 404)
    return jsonify(dict(order))


@bp.delete("/<int:order_id>")
def cancel(order_id):
    orders.cancel(order_id)
    return "", 204


@bp.post("/<int:order_id>/ship")
def ship(order_id):
    orders.ship(order_id)
    return jsonify(shipped=order_id)


@bp.get("/<int:order_id>/invoice")
def invoice(order_id):
    try:
        with open(orders.invoice_path(order_id), encoding="utf-8") as file:
            text = file.read()
    except OSError as e:
        abort(500, description=f"The invoice cannot be read: {e}")
    return Response(text, mimetype="text/plain")


@bp.get("/summary")
@guarded
def summary():
    since = date.fromisoformat(request.args.get("since", "2024-01-01"))
    return json_items(orders.summary(since))


@bp.get("/export.csv")
def export():
    last_seen = request.args.get("after", 0, type=int)

    def lines():
        yield "id,sku,quantity,placed_on\n"
        try:
            for order in orders.after(last_seen):
                yield ",".join(map(str, order)) + "\n"
        except Exception as e:
            yield f"ERROR {e}\n"

    return Response(stream_with_context(lines()), mimetype="text/csv")
