# Finds the application as Flask itself does, and tells what there is of it: routes, handlers, places to put faults in.

# The names that Flask looks for, in its order.
ATTRIBUTES = ("app", "application")
FACTORIES = ("create_app", "make_app")
MOST_POINTS = 12


class NoApplication(Exception):
    pass


def find_application(candidates, root):
    """The first candidate that gives an application, its module and what was wrong with those before."""
    reasons = []
    for candidate in candidates:
        folder = os.path.normpath(os.path.join(root, candidate["folder"]))
        name = candidate["module"] + (":" + candidate["attribute"] if candidate["attribute"] else "")
        os.chdir(folder)
        sys.path.insert(0, folder)
        try:
            module = importlib.import_module(candidate["module"])
            return application_of(module, candidate["attribute"]), module, reasons
        except NoApplication as error:
            reasons.append("%s: %s" % (name, error))
        except SystemExit as error:
            reasons.append("%s: exits while it is imported, with %s" % (name, error.code))
        except BaseException as error:
            reasons.append("%s: %s" % (name, where_it_failed(error, root)))
        sys.path.remove(folder)
    raise NoApplication("; ".join(reasons) or "no file looks like one")


def where_it_failed(error, root):
    frames = frames_of(error.__traceback__, root)
    own = [frame for frame in frames if not os.path.isabs(frame["path"]) and not frame["path"].startswith("<")]
    place = " (%s:%d)" % (own[-1]["path"], own[-1]["line"]) if own else ""
    return "%s: %s%s" % (type(error).__name__, text_of(error)[:300], place)


def application_of(module, wanted):
    if wanted:
        return wanted_of(module, wanted)
    flask = sys.modules.get("flask")
    is_flask = lambda value: flask is not None and isinstance(value, flask.Flask)  # noqa: E731
    for name in ATTRIBUTES:
        if is_flask(getattr(module, name, None)):
            return getattr(module, name)
    instances = {id(value): value for value in vars(module).values() if is_flask(value)}
    if len(instances) == 1:
        return next(iter(instances.values()))
    if len(instances) > 1:
        raise NoApplication("has several Flask applications; --app %s:NAME says which" % module.__name__)
    for name in FACTORIES:
        factory = getattr(module, name, None)
        if inspect.isfunction(factory):
            return called(factory, name)
    for name in ATTRIBUTES:
        if callable(getattr(module, name, None)):
            return getattr(module, name)
    raise NoApplication("has no application (`app`, `application`, one Flask instance, `create_app`)")


def wanted_of(module, wanted):
    """What the user named: `app`, `create_app`, `create_app("testing", debug=False)`, as Flask reads it."""
    try:
        node = ast.parse(wanted, mode="eval").body
        positional = [ast.literal_eval(value) for value in getattr(node, "args", [])]
        named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in getattr(node, "keywords", [])}
    except (SyntaxError, ValueError):
        raise NoApplication("`%s` is no name, and no call with literal arguments" % wanted) from None
    path = dotted(node.func if isinstance(node, ast.Call) else node)
    if path is None:
        raise NoApplication("`%s` is no name, and no call of one" % wanted)
    value = eval_attribute(module, path)
    return value(*positional, **named) if positional or named else called(value, path)


def eval_attribute(module, path):
    value = module
    for part in path.split("."):
        if not hasattr(value, part):
            raise NoApplication("has no `%s`" % path)
        value = getattr(value, part)
    return value


def called(value, name):
    """Applications as they are; what makes them is called."""
    flask = sys.modules.get("flask")
    if not inspect.isfunction(value) or (flask is not None and isinstance(value, flask.Flask)):
        return value
    parameters = list(inspect.signature(value).parameters.values())
    if [parameter.name for parameter in parameters][:2] == ["environ", "start_response"]:
        return value
    missing = [
        parameter.name
        for parameter in parameters
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    ]
    if missing:
        raise NoApplication("`%s` wants %s, and nothing says what" % (name, ", ".join(missing)))
    made = value()
    if made is None:
        raise NoApplication("`%s` returns nothing" % name)
    return made


def flask_of(application):
    """The Flask application that is this or in it."""
    flask = sys.modules.get("flask")
    for _ in range(10):
        if flask is not None and isinstance(application, flask.Flask):
            return application
        inner = [getattr(application, name, None) for name in ("app", "application", "wsgi_app")]
        application = next((value for value in inner if value is not None), None)
        owner = getattr(application, "__self__", None)
        application = owner if owner is not None else application
    return None


# Routes.


def routes_of(app, root):
    routes = []
    for rule in app.url_map.iter_rules():
        methods = sorted((rule.methods or {"GET"}) - {"HEAD", "OPTIONS"})
        for method in methods[:6]:
            functions = functions_of(app.view_functions.get(rule.endpoint), method)
            places = [place for place in (place_of(function, root) for function in functions) if place]
            routes.append({
                "rule": rule.rule,
                "method": method,
                "endpoint": rule.endpoint,
                "converters": {name: type(converter).__name__ for name, converter in rule._converters.items()},
                "choices": {
                    name: sorted(converter.items)
                    for name, converter in rule._converters.items()
                    if isinstance(getattr(converter, "items", None), (set, frozenset, list, tuple))
                },
                "places": places,
                "keys": sorted({key for place in places for key in keys_in(root, place)})[:MOST_TEXTS],
            })
    return routes


def functions_of(view, method):
    """The functions that answer: the view's, or the method's of its class."""
    if view is None:
        return []
    kind = getattr(view, "view_class", None)
    if kind is not None:
        found = [getattr(kind, method.lower(), None), getattr(kind, "dispatch_request", None)]
        return [function for function in found if function is not None]
    return [view]


def place_of(function, root):
    """Where a function is, without what decorates it: path, first line, last line."""
    try:
        function = inspect.unwrap(function)
    except ValueError:
        return None
    while isinstance(function, functools.partial):
        function = function.func
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if code is None or not code.co_filename.startswith(root + os.sep):
        return None
    last = max([line for _, _, line in lines_of(code)] + [code.co_firstlineno])
    return {"path": os.path.relpath(code.co_filename, root), "line": code.co_firstlineno, "end": last}


def lines_of(code):
    import dis

    return [(None, None, line) for _, line in dis.findlinestarts(code) if line is not None]


def keys_in(root, place):
    """Texts that the function looks up: `form["email"]`, `args.get("since")`."""
    found = set()
    for node in ast.walk(parsed(os.path.join(root, place["path"]))):
        if not place["line"] <= getattr(node, "lineno", 0) <= place["end"]:
            continue
        if isinstance(node, ast.Subscript):
            index = getattr(node.slice, "value", node.slice)
            found.add(index if isinstance(index, str) else getattr(index, "value", getattr(index, "s", None)))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            if node.func.attr in ("get", "pop", "getlist", "setdefault"):
                found.add(getattr(node.args[0], "value", getattr(node.args[0], "s", None)))
    return {key for key in found if isinstance(key, str) and 0 < len(key) < 60 and key[0] != "/"}


# Where faults are put in.


def plans_of(findings, app, root):
    """For each finding the points at which an exception can be raised, so that it comes to the place that it names."""
    handlers = handlers_of(app, root) if app is not None else []
    plans = []
    for finding in findings:
        points = []
        functions = []
        for place in finding["places"]:
            attempt, handler = handler_around(root, place)
            if attempt is not None:
                kind = dotted(handler.type)
                points += [(place["path"], line, kind) for line in lines_inside(attempt.body)]
            for handled in handlers:
                if handled["path"] == place["path"] and handled["line"] <= place["line"] <= handled["end"]:
                    functions.append(handled)
        views = []
        for handled in functions:
            for function in views_under(app, handled["blueprint"]):
                place = place_of(function, root)
                if place:
                    lines = first_lines(root, place)
                    views += [(place["path"], line, handled["type"]) for line in lines]
        seen = []
        for point in points + views:
            if point not in seen:
                seen.append(point)
        plans.append([{"path": path, "line": line, "type": kind} for path, line, kind in seen[:MOST_POINTS]])
    return plans


def handler_around(root, place):
    """The `try` and the `except` that the line is in, or whose `except` it is."""
    best = None
    for node in ast.walk(parsed(os.path.join(root, place["path"]))):
        if not isinstance(node, (ast.Try, getattr(ast, "TryStar", ast.Try))):
            continue
        for handler in node.handlers:
            if handler.lineno <= place["line"] <= handler.end_lineno:
                if best is None or handler.lineno >= best[1].lineno:
                    best = (node, handler)
    return best or (None, None)


def lines_inside(body):
    """First lines of the statements, those that are inside of others too; a few."""
    lines = []
    for statement in body:
        lines.append(statement.lineno)
        if len(lines) < 8:
            for inner in ast.walk(statement):
                if isinstance(inner, ast.stmt) and inner.lineno not in lines:
                    lines.append(inner.lineno)
    return lines[:8]


def first_lines(root, place):
    for node in ast.walk(parsed(os.path.join(root, place["path"]))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])
            if first == place["line"]:
                return lines_inside(node.body)[:3]
    return [place["end"]]


def dotted(node):
    """The caught type as it is written; of several the first."""
    if isinstance(node, ast.Tuple) and node.elts:
        return dotted(node.elts[0])
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return inner and inner + "." + node.attr
    return node.id if isinstance(node, ast.Name) else None


def handlers_of(app, root):
    """The functions that are registered for errors, with what they are registered for."""
    found = []
    for blueprint, by_code in app.error_handler_spec.items():
        for by_class in by_code.values():
            for kind, function in by_class.items():
                place = place_of(function, root)
                if place:
                    is_general = kind.__module__.startswith("werkzeug") or kind is Exception
                    name = None if is_general else kind.__name__
                    found.append(dict(place, blueprint=blueprint, type=name))
    return found


def views_under(app, blueprint):
    own = [
        function
        for endpoint, function in app.view_functions.items()
        if endpoint != "static" and (blueprint is None or endpoint.startswith(blueprint + "."))
    ]
    return own[:4]
