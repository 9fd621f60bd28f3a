# The routes of applications, as their frameworks keep them. Other frameworks' are told as Werkzeug writes its own.

MOST_METHODS = 6
# Converters of Werkzeug by what other frameworks call them, and by annotations.
CONVERTERS = {"int": "IntegerConverter", "float": "FloatConverter", "uuid": "UUIDConverter", "path": "PathConverter"}


def routes_of(application, app, root):
    """The name of the framework, and the routes."""
    if app is not None:
        is_flask = isinstance(app, getattr(sys.modules.get("flask"), "Flask", ()))
        return "Flask" if is_flask else "Quart", routes_of_rules(app.url_map, app.view_functions.get, root)
    for framework, read in READERS:
        found = read(application, root)
        if found:
            return framework, found
    return "ASGI" if isinstance(application, Bridge) else "WSGI", []


def route(root, rule, method, functions, converters, choices=None, asked=None):
    places = [place for place in (place_of(function, root) for function in functions) if place]
    return {
        "rule": rule,
        "method": method,
        "endpoint": functions[0].__name__ if functions and hasattr(functions[0], "__name__") else "",
        "converters": converters,
        "choices": choices or {},
        "places": places,
        "keys": sorted({key for place in places for key in keys_in(root, place)})[:MOST_TEXTS],
        "asked": asked or {},
    }


def sent_methods(methods):
    return sorted(set(methods or ("GET",)) - {"HEAD", "OPTIONS"})[:MOST_METHODS]


def routes_of_rules(rules, view_of, root):
    """Those of a map of Werkzeug."""
    routes = []
    for rule in rules.iter_rules():
        converters = {name: type(converter).__name__ for name, converter in rule._converters.items()}
        choices = {
            name: sorted(converter.items)
            for name, converter in rule._converters.items()
            if isinstance(getattr(converter, "items", None), (set, frozenset, list, tuple))
        }
        for method in sent_methods(rule.methods):
            functions = functions_of(view_of(rule.endpoint), method)
            routes.append(dict(route(root, rule.rule, method, functions, converters, choices), endpoint=str(rule.endpoint)))
    return routes


def routes_of_werkzeug(_application, root):
    """Programs that use Werkzeug without a framework keep a map anywhere."""
    kind = getattr(sys.modules.get("werkzeug.routing"), "Map", None)
    if kind is None:
        return []
    view_of = lambda endpoint: endpoint if callable(endpoint) else None  # noqa: E731
    maps = [value for value in gc.get_objects() if type(value) is kind]
    return [found for rules in maps for found in routes_of_rules(rules, view_of, root)]


def routes_of_starlette(application, root):
    kind = getattr(sys.modules.get("starlette.applications"), "Starlette", None)
    found = within(application, kind) if kind is not None else None
    return routes_below(getattr(found, "routes", []), "", root)


def routes_below(routes, prefix, root, depth=0):
    """Those of Starlette and what is made of it; groups of them have a path of their own."""
    found = []
    for known in routes if depth < 6 else ():
        path = prefix + getattr(known, "path", "")
        endpoint = getattr(known, "endpoint", None)
        inner = getattr(known, "routes", None)
        if inner:
            found += routes_below(inner, path, root, depth + 1)
        elif endpoint is not None and hasattr(known, "methods"):
            rule, converters = rule_of(path, r"\{(\w+)(?::(\w+))?\}", endpoint)
            asked = asked_by(getattr(known, "dependant", None))
            for method in sent_methods(known.methods or ("GET", "POST")):
                functions = [endpoint] if inspect.isroutine(endpoint) else functions_of(endpoint, method)
                found.append(route(root, rule, method, functions, converters, asked=asked))
    return found


def asked_by(dependant, depth=0):
    """What FastAPI takes out of a request before it calls the function."""
    asked = {}
    if dependant is None or depth > 4:
        return asked
    for part, fields in (("args", "query_params"), ("headers", "header_params"), ("cookies", "cookie_params")):
        asked.setdefault(part, []).extend(field.alias for field in getattr(dependant, fields, ()))
    body = getattr(dependant, "body_params", ())
    for field in body:
        model = getattr(field, "type_", None) or getattr(getattr(field, "field_info", None), "annotation", None)
        asked.setdefault("part", []).append("json")
        inner = getattr(model, "model_fields", getattr(model, "__fields__", {}))
        asked.setdefault("json", []).extend(list(inner) if len(body) == 1 and inner else [field.alias])
    for inner in getattr(dependant, "dependencies", ()):
        for part, names in asked_by(inner, depth + 1).items():
            asked.setdefault(part, []).extend(names)
    return {part: sorted(set(names))[:MOST_TEXTS] for part, names in asked.items() if names}


def routes_of_bottle(application, root):
    kind = getattr(sys.modules.get("bottle"), "Bottle", None)
    app = within(application, kind) if kind is not None else None
    found = []
    for known in getattr(app, "routes", []):
        rule, converters = rule_of(known.rule, r"<(\w+)(?::(\w+)(?::[^>]*)?)?>", known.callback)
        method = "GET" if known.method == "ANY" else known.method
        found.append(route(root, rule, method, [known.callback], converters))
    return found


def routes_of_django(_application, root):
    urls = sys.modules.get("django.urls")
    try:
        return routes_of_patterns(urls.get_resolver().url_patterns, "/", root) if urls is not None else []
    except Exception:
        # Of a program that imports Django and is none of it, there are no settings.
        return []


def routes_of_patterns(patterns, prefix, root, depth=0):
    found = []
    for known in patterns if depth < 6 else ():
        text = str(known.pattern)
        if "(" in text or "^" in text or "$" in text:
            text = re.sub(r"\(\?P<(\w+)>[^()]*\)", r"<\1>", text).lstrip("^").rstrip("$").replace("\\Z", "")
        if set("()[]*+?|\\") & set(text):
            continue
        if hasattr(known, "url_patterns"):
            found += routes_of_patterns(known.url_patterns, prefix + text, root, depth + 1)
            continue
        rule, converters = re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", prefix + text), {}
        for converter, name in re.findall(r"<(?:(\w+):)?(\w+)>", text):
            converters[name] = CONVERTERS.get(converter, "UnicodeConverter")
        kind = getattr(known.callback, "view_class", None)
        methods = [name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(kind, name)]
        for method in methods or ["GET", "POST"]:
            found.append(route(root, rule, method, functions_of(known.callback, method), converters))
    return found


READERS = (
    ("Starlette", routes_of_starlette),
    ("Bottle", routes_of_bottle),
    ("Django", routes_of_django),
    ("Werkzeug", routes_of_werkzeug),
)


def rule_of(path, parameter, function):
    """A path with parameters as Werkzeug writes them, and their converters; annotations of the function say more."""
    converters = {}
    annotations = getattr(inspect.unwrap(function) if inspect.isroutine(function) else function, "__annotations__", {})
    for name, converter in re.findall(parameter, path):
        annotation = annotations.get(name)
        named = converter or str(getattr(annotation, "__name__", annotation)).lower()
        converters[name] = CONVERTERS.get(named, "UnicodeConverter")
    return re.sub(parameter, r"<\1>", path), converters


def functions_of(view, method):
    """The functions that answer: the view's, or the method's of its class."""
    if view is None:
        return []
    kind = view if isinstance(view, type) else getattr(view, "view_class", None)
    if kind is not None:
        names = (method.lower(), "on_" + method.lower(), "dispatch_request", "dispatch")
        return [getattr(kind, name) for name in names if hasattr(kind, name)]
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


