"""Clients get a status, a safe text and a reference; the detail stays in the server's log."""
import json
import logging
import uuid

from flask import g, has_app_context, jsonify, render_template, request
from flask.logging import default_handler
from werkzeug.exceptions import HTTPException


class ShopError(Exception):
    """A request we understand but cannot carry out; the message is written for clients."""

    def __init__(self, message, status=400):
        super().__init__(message)
        self.message = message
        self.status = status

    def to_dict(self):
        return {"error": self.message}


class CartError(Exception):
    """Something the customer can put right in the cart."""


class JsonLines(logging.Formatter):
    """One JSON object a line, so that no message can forge a second one."""

    def format(self, record):
        entry = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "ref": error_ref() if has_app_context() else None,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def error_ref():
    """One opaque reference per request, the same in the log and in the reply."""
    if "error_ref" not in g:
        g.error_ref = uuid.uuid4().hex
    return g.error_ref


def wants_html():
    accepted = request.accept_mimetypes
    return accepted.best_match(["application/json", "text/html"]) == "text/html"


def handle_shop_error(error):
    return jsonify(error.to_dict()), error.status


def handle_http_error(error):
    # An unhandled exception arrives here as InternalServerError, after Flask has
    # logged it. Its own text is of no interest to the client.
    response = error.get_response()
    if error.response is not None or error.code < 400:
        return response
    if error.code < 500:
        if not wants_html():
            response.data = json.dumps({"error": error.description})
            response.content_type = "application/json"
    elif wants_html():
        response.data = render_template("problem.html", message=error.name, ref=error_ref())
    else:
        response.data = json.dumps({"error": error.name, "ref": error_ref()})
        response.content_type = "application/json"
    return response


def init_app(app):
    default_handler.setFormatter(JsonLines())
    app.register_error_handler(ShopError, handle_shop_error)
    app.register_error_handler(HTTPException, handle_http_error)
