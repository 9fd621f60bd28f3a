# Runs a program that starts a server, and takes the application from it at the moment at which it would be served.

import runpy
import shlex
import socketserver


def named(start):
    return start.get("script") or start["command"]


def start_program(start, root, serve):
    """Runs a script as `python SCRIPT` would, or a command. `serve` gets the application, and does not return."""
    catch_servers(serve)
    # A project that is a package is imported from the folder above it.
    above = [os.path.dirname(root)] if os.path.isfile(os.path.join(root, "__init__.py")) else []
    if "script" in start:
        path = os.path.normpath(os.path.join(root, start["script"]))
        os.chdir(os.path.dirname(path))
        run_python(["python", path], above)
    else:
        words = shlex.split(start["command"])
        while words and "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            os.environ[name] = value
        if not words:
            raise NoApplication("`%s` names no program" % start["command"])
        run_words(words, root, above)
    raise NoApplication("`%s` ends and starts no server that is known here" % named(start))


def run_words(words, root, above):
    if os.path.basename(words[0]).startswith("python"):
        run_python(words, above + [root])
        return
    script = program_of(words[0], root)
    # The copy of the project, not an installed one.
    sys.path[:0] = above + [root]
    sys.argv = [script] + words[1:]
    runpy.run_path(script, run_name="__main__")


def run_python(words, further):
    """`python [-X ...] FILE ...` and `python -m MODULE ...`."""
    words = words[1:]
    while words and words[0].startswith("-") and words[0] != "-m":
        option = words.pop(0)
        if option in ("-W", "-X") and words:
            words.pop(0)
    if words[:1] == ["-m"] and len(words) > 1:
        sys.path[:0] = [os.getcwd()] + further
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    elif words and words[0] != "-m":
        # What happens is told apart by whose file it is, and relative names are nobody's.
        path = os.path.abspath(words[0])
        sys.path[:0] = [os.path.dirname(path)] + further
        sys.argv = words
        if not os.path.isfile(path):
            raise NoApplication("there is no file %s in the project" % words[0])
        runpy.run_path(path, run_name="__main__")
    else:
        raise NoApplication("Python is started, and neither a file nor a module is named")


def program_of(name, root):
    """The file of a program: of the project, or of the environment that the interpreter is in."""
    folders = [root] if "/" in name else [os.path.dirname(sys.executable), os.path.join(sys.prefix, "bin")]
    for path in (os.path.abspath(os.path.join(folder, name)) for folder in folders):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                if b"python" in file.readline(500) or name.endswith(".py"):
                    return path
            raise NoApplication("%s is not written in Python" % name)
    raise NoApplication("there is no program %s in the environment of %s" % (name, sys.executable))


# How servers are started: module, what holds the function, the function, and the application in its arguments.
SERVERS = (
    ("werkzeug.serving", None, "run_simple", lambda *words, **named: served_by_werkzeug(*words, **named)),
    ("waitress", None, "create_server", lambda application, *_, **__: application),
    ("gunicorn.arbiter", "Arbiter", "run", lambda arbiter: arbiter.app.wsgi()),
    ("gevent.pywsgi", "WSGIServer", "serve_forever", lambda server, *_, **__: server.application),
    ("cheroot.wsgi", "Server", "start", lambda server: server.wsgi_app),
)


def catch_servers(serve):
    for module, owner, name, application_in in SERVERS:
        try:
            holder = importlib.import_module(module)
        except Exception:
            continue
        holder = getattr(holder, owner) if owner else holder
        setattr(holder, name, catching(application_in, serve))
    forever = socketserver.BaseServer.serve_forever

    def serve_forever(server, *arguments, **options):
        """Of wsgiref, and of Werkzeug where its server is made by hand; another server is not of interest."""
        application = getattr(server, "get_app", lambda: getattr(server, "app", None))()
        if application is None or isinstance(server, Server):
            return forever(server, *arguments, **options)
        return serve(application)

    socketserver.BaseServer.serve_forever = serve_forever


def catching(application_in, serve):
    return lambda *words, **named: serve(application_in(*words, **named))


def served_by_werkzeug(hostname, port, application, use_debugger=False, use_evalex=True, **_):
    if use_debugger:
        from werkzeug.debug import DebuggedApplication

        return DebuggedApplication(application, evalex=use_evalex)
    return application
