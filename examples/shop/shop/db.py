import os
import sqlite3

from flask import current_app, g
from werkzeug.security import generate_password_hash


def get_db():
    if "db" not in g:
        g.db = sqlite3.connect(current_app.config["DATABASE"])
        g.db.row_factory = sqlite3.Row
        g.db.execute("PRAGMA foreign_keys = ON")
    return g.db


def close_db(_exception=None):
    db = g.pop("db", None)
    if db is not None:
        db.close()


def create_database(app):
    with app.app_context(), app.open_resource("schema.sql", "r") as schema:
        db = get_db()
        db.executescript(schema.read())
        password = generate_password_hash("demo")
        with db:
            db.executemany(
                "INSERT INTO customers (email, name, password) VALUES (?, ?, ?)",
                [("ann@example.org", "Ann", password), ("ben@example.org", "Ben", password)],
            )
            db.executemany(
                "INSERT INTO products (sku, name, price_cents, stock) VALUES (?, ?, ?, ?)",
                [
                    ("CUP-01", "Stoneware cup", 1450, 12),
                    ("TEA-01", "Darjeeling tea", 890, 40),
                    ("TEA-02", "Green tea", 720, 25),
                ],
            )
            db.executemany(
                "INSERT INTO orders (customer_id, sku, quantity, placed_on) VALUES (?, ?, ?, ?)",
                [(1, "TEA-01", 2, "2024-05-02"), (1, "CUP-01", 1, "2024-05-17"), (2, "TEA-02", 3, "2024-06-01")],
            )


def init_app(app):
    app.teardown_appcontext(close_db)
    if not os.path.exists(app.config["DATABASE"]):
        create_database(app)
