# Finds the application as Flask itself does, and places in it to put faults in.

# The names that Flask looks for, in its order.
ATTRIBUTES = ("app", "application")
FACTORIES = ("create_app", "make_app")
# Classes of applications: where a module has one instance of them, it is the application.
KINDS = (
    ("flask", "Flask"),
    ("quart", "Quart"),
    ("starlette.applications", "Starlette"),
    ("litestar", "Litestar"),
    ("falcon", "App"),
    ("falcon.asgi", "App"),
    ("bottle", "Bottle"),
)
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
    kinds = kinds_of_applications()
    for name in ATTRIBUTES:
        if isinstance(getattr(module, name, None), kinds):
            return getattr(module, name)
    instances = {id(value): value for value in vars(module).values() if isinstance(value, kinds)}
    if len(instances) == 1:
        return next(iter(instances.values()))
    if len(instances) > 1:
        kind = type(next(iter(instances.values()))).__name__
        raise NoApplication("has several %s applications; --app %s:NAME says which" % (kind, module.__name__))
    for name in FACTORIES:
        factory = getattr(module, name, None)
        if inspect.isfunction(factory):
            return called(factory, name)
    for name in ATTRIBUTES:
        if callable(getattr(module, name, None)):
            return getattr(module, name)
    raise NoApplication("has no application (`app`, `application`, one Flask instance, `create_app`)")


def kinds_of_applications():
    """The classes of `KINDS` that are imported; what was not imported has no instance."""
    kinds = (getattr(sys.modules.get(module), name, None) for module, name in KINDS)
    return tuple(kind for kind in kinds if kind is not None)


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
    if not inspect.isfunction(value):
        return value
    parameters = list(inspect.signature(value).parameters.values())
    if [parameter.name for parameter in parameters][:2] == ["environ", "start_response"] or is_asgi(value):
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


def within(application, kinds):
    """The instance of one of these classes that this is or that is in it: middlewares are around applications."""
    for _ in range(10):
        if isinstance(application, kinds):
            return application
        inner = [getattr(application, name, None) for name in ("app", "application", "wsgi_app", "asgi_app")]
        application = next((value for value in inner if value is not None), None)
        owner = getattr(application, "__self__", None)
        application = owner if owner is not None else application
    return None


def flask_of(application):
    """The Flask application that is this or in it, or one of Quart, which has its routes and handlers as Flask has."""
    kinds = (getattr(sys.modules.get("flask"), "Flask", None), getattr(sys.modules.get("quart"), "Quart", None))
    return within(application, tuple(kind for kind in kinds if kind is not None))


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
