import sqlite3
import traceback

from flask import Blueprint, flash, jsonify, redirect, render_template, request, session, url_for

from ..decorators import login_required
from ..replies import json_created
from ..services import accounts

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.post("/register")
def register():
    form = request.get_json()
    error = None
    if not form.get("email"):
        error = "An e-mail address is required"
    elif len(form.get("password", "")) < 8:
        error = "The password needs at least 8 characters"
    if error is not None:
        return jsonify(error=error), 400
    ok, result = accounts.register(form["email"], form.get("name", ""), form["password"])
    if not ok:
        return jsonify(error=result), 409
    return json_created(id=result)


@bp.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        ok, result = accounts.authenticate(request.form["email"], request.form["password"])
        if ok:
            session["customer_id"] = result
            return redirect(url_for("account.profile"))
        flash(result)
    return render_template("login.html")


@bp.post("/logout")
def logout():
    session.clear()
    return redirect(url_for("account.login"))


@bp.get("/profile")
@login_required
def profile():
    return render_template("profile.html", customer=accounts.find(session["customer_id"]))


@bp.post("/profile")
@login_required
def save_profile():
    try:
        accounts.update(session["customer_id"], request.form["email"], request.form["name"])
    except sqlite3.Error as e:
        flash(f"Your profile was not saved ({e})")
    else:
        flash("Your profile was saved")
    return redirect(url_for("account.profile"))


@bp.get("/statement")
@login_required
def statement():
    month = request.args.get("month", "2024-05")
    try:
        rows = accounts.statement(session["customer_id"], month)
    except Exception:
        return render_template("problem.html", detail=traceback.format_exc()), 500
    return render_template("statement.html", month=month, rows=rows)
