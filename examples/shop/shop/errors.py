from flask import current_app, json, jsonify, request


class ShopError(Exception):
    """A request we understand but cannot carry out."""

    def __init__(self, message, status=400):
        super().__init__(message)
        self.message = message
        self.status = status

    def to_dict(self):
        return {"error": self.message}


class CartError(Exception):
    """Something the customer can put right in the cart."""


def wants_html():
    accepted = request.accept_mimetypes
    return accepted.best_match(["application/json", "text/html"]) == "text/html"


def handle_shop_error(error):
    return jsonify(error.to_dict()), error.status


def handle_http_error(error):
    if wants_html():
        return error
    response = error.get_response()
    response.data = json.dumps({"error": error.description})
    response.content_type = "application/json"
    return response


def handle_unexpected_error(error):
    current_app.logger.error("Unexpected error in %s", request.endpoint, exc_info=error)
    return jsonify(error=str(error)), 500
