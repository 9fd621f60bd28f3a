import logging
import os
import sqlite3
from datetime import date

from flask import current_app

from ..db import get_db
from ..errors import CartError, ShopError

logger = logging.getLogger(__name__)


def parse_quantity(value):
    if not isinstance(value, int):
        raise ValueError("Quantity must be a whole number")
    if not 1 <= value <= 99:
        raise ValueError("Quantity must be between 1 and 99")
    return value


def find(order_id):
    return get_db().execute(
        "SELECT o.id, o.sku, o.quantity, o.placed_on, s.shipped_on FROM orders o"
        " LEFT JOIN shipments s ON s.order_id = o.id WHERE o.id = ?",
        (order_id,),
    ).fetchone()


def after(order_id):
    return get_db().execute(
        "SELECT id, sku, quantity, placed_on FROM orders WHERE id > ? ORDER BY id", (order_id,)
    )


def place(customer_id, sku, quantity):
    with get_db() as db:
        cursor = db.execute(
            "INSERT INTO orders (customer_id, sku, quantity, placed_on) VALUES (?, ?, ?, ?)",
            (customer_id, sku, quantity, date.today().isoformat()),
        )
        db.execute("UPDATE products SET stock = stock - ? WHERE sku = ?", (quantity, sku))
    logger.info("Order %d placed", cursor.lastrowid)
    return cursor.lastrowid


def quote(items):
    if not items:
        raise CartError("The cart is empty")
    total = 0
    for item in items:
        product = get_db().execute(
            "SELECT price_cents FROM products WHERE sku = ?", (item.get("sku"),)
        ).fetchone()
        if product is None:
            raise CartError("The cart holds a product which we do not sell")
        if item.get("quantity", 1) not in range(1, 100):
            raise CartError("We sell between 1 and 99 pieces of each product")
        total += product["price_cents"] * item.get("quantity", 1)
    return total


def cancel(order_id):
    order = find(order_id)
    if order is None:
        raise ShopError("No such order", 404)
    try:
        with get_db() as db:
            db.execute("DELETE FROM orders WHERE id = ?", (order_id,))
            db.execute(
                "UPDATE products SET stock = stock + ? WHERE sku = ?",
                (order["quantity"], order["sku"]),
            )
    except sqlite3.IntegrityError as e:
        logger.warning("Order %d cannot be deleted", order_id, exc_info=True)
        raise ShopError("The order could not be cancelled", 409) from e


def ship(order_id):
    order = find(order_id)
    if order is None:
        raise ShopError("No such order", 404)
    if order["shipped_on"] is not None:
        raise ShopError("The order has been shipped already", 409)
    with get_db() as db:
        db.execute(
            "INSERT INTO shipments (order_id, shipped_on) VALUES (?, ?)",
            (order_id, date.today().isoformat()),
        )
    with open(invoice_path(order_id), "w", encoding="utf-8") as invoice:
        invoice.write(f"Invoice {order_id}\n{order['quantity']} x {order['sku']}\n")


def invoice_path(order_id):
    return os.path.join(current_app.config["INVOICES"], f"{order_id}.txt")


def summary(since):
    return get_db().execute(
        "SELECT sku, COUNT(*) AS orders, SUM(quantity) AS pieces FROM orders"
        " WHERE placed_on >= ? GROUP BY sku ORDER BY sku",
        (since.isoformat(),),
    )
