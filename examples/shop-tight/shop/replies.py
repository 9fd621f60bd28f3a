from flask import jsonify


def json_items(rows):
    return jsonify(items=[dict(row) for row in rows])


def json_created(**fields):
    return jsonify(fields), 201


def json_error(message, status=400, **fields):
    return jsonify(error=message, **fields), status
