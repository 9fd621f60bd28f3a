import os
import sqlite3
import subprocess

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    make_response,
    request,
    stream_with_context,
)
from werkzeug.exceptions import HTTPException

from ..db import get_db
from ..decorators import guarded
from ..replies import json_error, json_items
from ..services import imports

bp = Blueprint("catalog", __name__, url_prefix="/catalog")


@bp.get("/products")
def products():
    return json_items(get_db().execute("SELECT * FROM products ORDER BY sku"))


@bp.get("/products/<sku>")
def product(sku):
    row = get_db().execute("SELECT * FROM products WHERE sku = ?", (sku,)).fetchone()
    if row is None:
        abort(404, description="No such product")
    return jsonify(dict(row))


@bp.put("/products/<sku>/stock")
def set_stock(sku):
    try:
        stock = request.get_json().get("stock")
    except HTTPException as e:
        return jsonify(error="Send the new stock as JSON"), e.code
    try:
        with get_db() as db:
            changed = db.execute("UPDATE products SET stock = ? WHERE sku = ?", (stock, sku))
    except sqlite3.Error as e:
        response = make_response(jsonify(error="The stock was not changed"), 409)
        response.headers["X-Error"] = str(e)
        return response
    if changed.rowcount == 0:
        return json_error("No such product", 404)
    return jsonify(sku=sku, stock=stock)


@bp.get("/search")
def search():
    try:
        rows = get_db().execute(
            "SELECT p.* FROM product_index JOIN products p ON p.sku = product_index.sku"
            " WHERE product_index MATCH ? ORDER BY p.sku",
            (request.args.get("q", ""),),
        ).fetchall()
    except sqlite3.OperationalError as e:
        return jsonify(error=f"Search failed: {e}"), 400
    return json_items(rows)


@bp.get("/shortages")
@guarded
def shortages():
    limit = int(request.args.get("below", 20))
    return json_items(
        get_db().execute("SELECT sku, stock FROM products WHERE stock < ? ORDER BY sku", (limit,))
    )


@bp.get("/prices.csv")
def prices():
    def lines():
        yield "sku,price_cents\n"
        try:
            for row in get_db().execute("SELECT sku, price_cents FROM products ORDER BY sku"):
                yield f"{row['sku']},{row['price_cents']}\n"
        except sqlite3.Error:
            current_app.logger.exception("Price list broken off")
            yield "# incomplete\n"

    return Response(stream_with_context(lines()), mimetype="text/csv")


@bp.post("/imports")
def start_import():
    try:
        text = request.get_data().decode("utf-8")
    except UnicodeDecodeError:
        return json_error("The price list must be UTF-8", 400)
    job = imports.start(text)
    return jsonify(id=job.id, state=job.state), 202


@bp.get("/imports/<job_id>")
def import_status(job_id):
    job = imports.find(job_id)
    if job is None:
        return json_error("No such import", 404)
    return jsonify(id=job.id, state=job.state, imported=job.imported, error=job.error)


@bp.post("/photos")
def upload_photos():
    folder = current_app.config["PHOTOS"]
    archive = os.path.join(folder, "upload.tgz")
    with open(archive, "wb") as file:
        file.write(request.get_data())
    result = subprocess.run(
        ["tar", "-xzvf", archive, "-C", folder, "--no-same-owner"],
        capture_output=True,
        text=True,
    )
    if result.returncode != 0:
        return jsonify(error="Unpacking failed", output=result.stderr), 422
    return jsonify(stored=len(result.stdout.splitlines()))
