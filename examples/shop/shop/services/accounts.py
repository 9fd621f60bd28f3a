import sqlite3
from datetime import datetime

from werkzeug.security import check_password_hash, generate_password_hash

from ..db import get_db


def register(email, name, password):
    """Returns (True, customer id) or (False, error)."""
    try:
        with get_db() as db:
            cursor = db.execute(
                "INSERT INTO customers (email, name, password) VALUES (?, ?, ?)",
                (email, name, generate_password_hash(password)),
            )
    except sqlite3.Error as e:
        return False, str(e)
    return True, cursor.lastrowid


def authenticate(email, password):
    """Returns (True, customer id) or (False, error)."""
    customer = get_db().execute(
        "SELECT id, password FROM customers WHERE email = ?", (email,)
    ).fetchone()
    if customer is None or not check_password_hash(customer["password"], password):
        return False, "Wrong e-mail address or password"
    return True, customer["id"]


def find(customer_id):
    return get_db().execute(
        "SELECT id, email, name FROM customers WHERE id = ?", (customer_id,)
    ).fetchone()


def update(customer_id, email, name):
    with get_db() as db:
        db.execute(
            "UPDATE customers SET email = ?, name = ? WHERE id = ?", (email, name, customer_id)
        )


def statement(customer_id, month):
    first = datetime.strptime(month, "%Y-%m")
    return get_db().execute(
        "SELECT o.id, o.placed_on, p.name, o.quantity, o.quantity * p.price_cents AS cents"
        " FROM orders o JOIN products p ON p.sku = o.sku"
        " WHERE o.customer_id = ? AND o.placed_on LIKE ? ORDER BY o.id",
        (customer_id, first.strftime("%Y-%m-%%")),
    ).fetchall()
