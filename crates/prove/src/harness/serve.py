# Serves the application on loopback, one record for each request.

import http.cookies
import io
import platform
import socketserver
import wsgiref.simple_server

MOST_BODY = 16 << 20


def run_application(command, folder, root, teller):
    """Boots, and serves until it is ended."""
    mode = command["mode"]
    for name in [name for name in os.environ if name.startswith("FLASK_")]:
        del os.environ[name]
    os.environ.update(mode["environment"])
    os.environ["TIGHTLIP_CANARY"] = CANARY
    recorder = Recorder(root)
    watch_process(recorder, command["limits"], command["network"])
    # What fails or is logged while it is imported may be shown later.
    recorder.follower.start()
    failed = functools.partial(teller.tell, "failed")
    serve = functools.partial(serve_application, command, root, recorder, teller)
    try:
        if mode["start"] == "import":
            application, module, reasons = find_application(command["candidates"], root)
            name = module.__name__
        else:
            start_program(mode["start"], root, lambda served: serve(served, named(mode["start"]), []))
    except NoApplication as error:
        failed(reason=str(error), log=tail(folder), no_flask=not has_flask())
        return
    except BaseException as error:
        failed(reason=where_it_failed(error, root), log=tail(folder))
        return
    serve(application, name, reasons)


def serve_application(command, root, recorder, teller, application, name, reasons):
    """Tells what there is, and serves it. Does not return: behind the call of a server, programs clean up."""
    mode = command["mode"]
    app = flask_of(application)
    if is_asgi(application):
        try:
            application = Bridge(application, recorder)
        except NoApplication as error:
            teller.tell("failed", reason="%s: %s" % (name, error), log="")
            return
    recorder.follower.stop()
    early = recorder.told()
    plans = plans_of(command["findings"], app, root)
    recorder.watch(watched_lines(command["findings"], plans))
    framework, routes = routes_of(application, app, root)
    if framework == "Flask":
        if mode["debug"]:
            application = debugged(app)
        watch_flask(app, recorder)
    else:
        watch_starlette(recorder)
    server = Server(("127.0.0.1", 0), Handler)
    server.set_app(Gateway(application, app, recorder, teller))
    teller.tell(
        "ready",
        port=server.server_port,
        process=os.getpid(),
        root=root,
        prefix=sys.prefix,
        python=platform.python_version(),
        versions=versions(),
        canary=CANARY,
        framework=framework,
        module=name,
        routes=routes,
        plans=plans,
        settings=settings_of(app),
        raised=early["raised"],
        logs=early["logs"],
        reasons=reasons,
    )
    server.serve_forever()


def has_flask():
    try:
        importlib.import_module("flask")
    except ImportError:
        return False
    return True


def debugged(app):
    """As `flask run --debug` serves it."""
    from werkzeug.debug import DebuggedApplication

    app.debug = True
    return DebuggedApplication(app, evalex=True)


def versions():
    import importlib.metadata

    found = []
    for name in ("flask", "werkzeug", "quart", "starlette", "fastapi", "bottle", "django", "falcon", "litestar"):
        try:
            found.append(importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            pass
    return found


def watched_lines(findings, plans):
    lines = {}
    for finding in findings:
        for place in finding["places"]:
            lines.setdefault(place["path"], set()).update(range(place["line"], min(place["end"], place["line"] + 50) + 1))
    for point in (point for plan in plans for point in plan):
        lines.setdefault(point["path"], set()).add(point["line"])
    return lines


def settings_of(app):
    """Values of settings that are secrets by their name."""
    if app is None:
        return []
    is_secret = re.compile("KEY|SECRET|PASSWORD|TOKEN|URI|DSN|DATABASE")
    values = [text_of(value) for name, value in app.config.items() if is_secret.search(str(name)) and value]
    app.config["TIGHTLIP_CANARY"] = CANARY
    return [value for value in values if len(value) >= 6]


def watch_flask(app, recorder):
    """Notices what the application asks of a request, and what becomes of errors."""
    import flask
    from werkzeug.datastructures import ImmutableMultiDict

    if isinstance(getattr(app, "session_interface", None), flask.sessions.SecureCookieSessionInterface):
        app.session_interface.session_class = recording_mapping(
            app.session_interface.session_class, recorder, lambda _: "session"
        )
    fields = recording_mapping(ImmutableMultiDict, recorder, lambda self: getattr(self, "tightlip_part", "args"))
    kind = app.request_class

    class Request(kind):
        parameter_storage_class = fields

        @property
        def args(self):
            found = kind.args.__get__(self, type(self))
            return marked(found, "args")

        @property
        def form(self):
            return marked(kind.form.__get__(self, type(self)), "form")

        @property
        def files(self):
            return marked(kind.files.__get__(self, type(self)), "files")

        @property
        def cookies(self):
            found = kind.cookies.__get__(self, type(self))
            if not is_called_by_project(recorder):
                return found
            return marked(fields(found), "cookies")

        @property
        def headers(self):
            return self.__dict__["headers_seen"]

        @headers.setter
        def headers(self, value):
            value.__class__ = headers
            self.__dict__["headers_seen"] = value

        def get_json(self, *arguments, **options):
            recorder.ask("part", "json")
            return recording_json(kind.get_json(self, *arguments, **options), recorder)

        def get_data(self, *arguments, **options):
            if is_called_by_project(recorder):
                recorder.ask("part", "data")
            return kind.get_data(self, *arguments, **options)

    from werkzeug.datastructures import EnvironHeaders

    class RecordingHeaders(EnvironHeaders):
        # Further arguments are Werkzeug's own, and differ by version.
        def __getitem__(self, key, *arguments, **options):
            if is_called_by_project(recorder):
                recorder.ask("headers", key)
            return super().__getitem__(key, *arguments, **options)

        def get(self, key, *arguments, **options):
            if is_called_by_project(recorder):
                recorder.ask("headers", key)
            return super().get(key, *arguments, **options)

        def __contains__(self, key):
            if is_called_by_project(recorder):
                recorder.ask("headers", key)
            return super().__contains__(key)

    headers = RecordingHeaders
    Request.__name__ = kind.__name__
    app.request_class = Request
    for name in ("handle_user_exception", "handle_exception"):
        watch_handling(type(app), name, recorder)


def watch_starlette(recorder):
    """Notices what programs of Starlette, FastAPI and their like ask of a request."""
    structures = sys.modules.get("starlette.datastructures")
    requests = sys.modules.get("starlette.requests")
    if structures is None or requests is None:
        return

    def notice(kind, name, part):
        original = getattr(kind, name)

        @functools.wraps(original)
        def noticing(self, key, *arguments, **options):
            if is_called_by_project(recorder):
                recorder.ask(part, key)
            return original(self, key, *arguments, **options)

        setattr(kind, name, noticing)

    for kind, part in (("QueryParams", "args"), ("FormData", "form"), ("Headers", "headers")):
        for name in ("__getitem__", "get", "__contains__"):
            notice(getattr(structures, kind), name, part)
    read = requests.Request.json

    async def reading(self):
        if is_called_by_project(recorder):
            recorder.ask("part", "json")
            return recording_json(await read(self), recorder)
        return await read(self)

    requests.Request.json = reading


def is_called_by_project(recorder):
    frame = sys._getframe(2)
    for _ in range(3):
        if frame is None:
            return False
        if frame.f_code.co_filename.startswith(recorder.prefix):
            return True
        frame = frame.f_back
    return False


def marked(fields, part):
    try:
        fields.tightlip_part = part
    except AttributeError:
        pass
    return fields


def recording_mapping(kind, recorder, part):
    """A class like `kind` that notices which keys are asked for."""

    class Recording(kind):
        def __getitem__(self, key, *arguments, **options):
            recorder.ask(part(self), key)
            return super().__getitem__(key, *arguments, **options)

        def get(self, key, *arguments, **options):
            recorder.ask(part(self), key)
            return super().get(key, *arguments, **options)

        def __contains__(self, key):
            recorder.ask(part(self), key)
            return super().__contains__(key)

    if hasattr(kind, "getlist"):

        def getlist(self, key, *arguments, **options):
            recorder.ask(part(self), key)
            return kind.getlist(self, key, *arguments, **options)

        Recording.getlist = getlist
    Recording.__name__ = kind.__name__
    return Recording


def recording_json(value, recorder, path=()):
    """Dictionaries of the body, as ones that notice what is asked of them."""
    if type(value) is dict and len(path) < 3:
        made = recording_mapping(dict, recorder, lambda _: "json" + "".join(path))
        return made({key: recording_json(inner, recorder, path + ("." + str(key),)) for key, inner in value.items()})
    if type(value) is list and len(path) < 3:
        return [recording_json(inner, recorder, path + ("[]",)) for inner in value]
    return value


def watch_handling(kind, name, recorder):
    original = getattr(kind, name)

    @functools.wraps(original)
    def handling(self, *arguments):
        error = arguments[-1]
        recorder.caught(error, error.__traceback__)
        if name == "handle_user_exception" and is_http_error(error) and recorder.unanswered is None:
            recorder.unanswered = own_reply(error)
        elif name == "handle_exception":
            recorder.unanswered = {"status": 500, "headers": [], "type": type(error).__name__}
        return original(self, *arguments)

    setattr(kind, name, handling)


def own_reply(error):
    """Status and headers that an HTTP error has of its own."""
    try:
        response = error.get_response()
        names = ("Allow", "Retry-After", "WWW-Authenticate", "Location", "Content-Range")
        headers = [[name, response.headers[name]] for name in names if name in response.headers]
        return {"status": response.status_code, "headers": headers, "type": type(error).__name__}
    except Exception:
        return None


class Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True
    # The name of the machine is not asked for: that may take seconds.
    def server_bind(self):
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]
        self.setup_environ()


class Handler(wsgiref.simple_server.WSGIRequestHandler):
    # The versions of this server are not the application's.
    server_version = "server"
    sys_version = ""

    def log_message(self, *_):
        pass


# This one writes the header.
wsgiref.simple_server.ServerHandler.server_software = "server"


class Gateway:
    """Around the application: takes what tightlip says to the harness out of the request, and tells what happened."""

    def __init__(self, application, app, recorder, teller):
        self.application = application
        self.app = app
        self.recorder = recorder
        self.teller = teller

    def __call__(self, environ, start_response):
        control = json.loads(environ.pop("HTTP_X_TIGHTLIP", "{}"))
        length = int(environ.get("CONTENT_LENGTH") or 0)
        # Read first: an application that does not read a body would have the connection reset.
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(min(length, MOST_BODY)))
        environ["tightlip.canary"] = CANARY
        cookie = self.session_cookie(control.get("session"))
        if cookie:
            known = environ.get("HTTP_COOKIE")
            environ["HTTP_COOKIE"] = known + "; " + cookie if known else cookie
        self.recorder.begin(control.get("inject"))
        self.recorder.follower.start()
        try:
            chunks = self.application(environ, start_response)
        except BaseException as error:
            self.finish(control, cookie, error)
            raise
        return self.body(chunks, control, cookie)

    def body(self, chunks, control, cookie):
        failed = None
        try:
            yield from chunks
        except BaseException as error:
            failed = error
            raise
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
            self.finish(control, cookie, failed)

    def finish(self, control, cookie, error):
        self.recorder.follower.stop()
        if isinstance(error, Exception):
            self.recorder.caught(error, error.__traceback__)
        if "id" in control:
            told = self.recorder.told()
            self.teller.tell(
                "served",
                id=control["id"],
                cookie=cookie,
                unanswered=self.recorder.unanswered,
                **told
            )

    def session_cookie(self, values):
        """A session with these values, signed as the application itself signs it."""
        if not values or self.app is None:
            return None
        interface = self.app.session_interface
        signer = getattr(interface, "get_signing_serializer", lambda _: None)(self.app)
        if signer is None:
            return None
        name = interface.get_cookie_name(self.app)
        return "%s=%s" % (name, http.cookies.SimpleCookie({name: signer.dumps(values)})[name].coded_value)


# The framework is imported once, before the first fork; an environment without it is told when it matters.
try:
    import flask  # noqa: F401
    import flask.views  # noqa: F401
    import werkzeug.debug  # noqa: F401
except Exception:
    pass
Supervisor().run()
