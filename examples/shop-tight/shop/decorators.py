from functools import wraps

from flask import current_app, redirect, session, url_for

from .errors import error_ref
from .replies import json_error


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
        except (ValueError, OverflowError):
            current_app.logger.exception("%s failed", view.__name__)
            return json_error("The report could not be made", 500, ref=error_ref())

    return wrapper
