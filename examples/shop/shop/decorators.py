from functools import wraps

from flask import current_app, jsonify, redirect, request, session, url_for
from werkzeug.exceptions import HTTPException

from .errors import ShopError


def login_required(view):
    @wraps(view)
    def wrapper(*args, **kwargs):
        if "customer_id" not in session:
            return redirect(url_for("account.login"))
        return view(*args, **kwargs)

    return wrapper


def guarded(view):
    """Reports are run by other programs, which always want JSON."""

    @wraps(view)
    def wrapper(*args, **kwargs):
        try:
            return view(*args, **kwargs)
        except (HTTPException, ShopError):
            raise
        except Exception as e:
            current_app.logger.warning("%s failed", request.endpoint)
            return jsonify(error=str(e)), 500

    return wrapper
