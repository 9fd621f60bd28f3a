import os
import secrets
import sqlite3

from flask import Flask, jsonify

from . import db, errors
from .views import account, catalog, orders


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping(
        SECRET_KEY=os.environ.get("SHOP_SECRET_KEY") or secrets.token_hex(32),
        DATABASE=os.path.join(app.instance_path, "shop.sqlite"),
        INVOICES=os.path.join(app.instance_path, "invoices"),
        PHOTOS=os.path.join(app.instance_path, "photos"),
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
    )
    if config is not None:
        app.config.from_mapping(config)
    for folder in (app.instance_path, app.config["INVOICES"], app.config["PHOTOS"]):
        os.makedirs(folder, exist_ok=True)

    db.init_app(app)
    app.register_blueprint(catalog.bp)
    app.register_blueprint(orders.bp)
    app.register_blueprint(account.bp)

    errors.init_app(app)

    @app.get("/health")
    def health():
        try:
            db.get_db().execute("SELECT 1 FROM products LIMIT 1")
        except sqlite3.Error:
            app.logger.exception("Health check failed")
            return jsonify(status="unavailable"), 503
        return jsonify(status="ok")

    return app
