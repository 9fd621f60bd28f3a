# Records what happens while a request is served: exceptions, lines, what is asked of the request, other detail.

import ast
import functools
import inspect
import logging
import re
import socket
import subprocess
import traceback

MOST_EXCEPTIONS = 60
MOST_TEXTS = 40
CANARY = "tightlip-canary-%s" % os.urandom(6).hex()
# How a generator says that it has ended is no error.
SIGNALS = (StopIteration, StopAsyncIteration, GeneratorExit)


class Recorder:
    """What is recorded of the request that is served. Requests come one after the other."""

    def __init__(self, root):
        self.root = root
        self.prefix = root + os.sep
        # The lines that are of interest, by the absolute path of their file.
        self.watched = {}
        self.codes = {}
        self.follower = follower(self)
        self.raises = {}
        self.exceptions = []
        self.seen = {}
        self.count_told = 0
        self.begin(None)

    def begin(self, injection):
        # What another thread raised after the last record was told is told with the next one.
        self.exceptions = self.exceptions[self.count_told :]
        self.count_told = 0
        late = {id(entry) for entry in self.exceptions}
        self.seen = {key: known for key, known in list(self.seen.items()) if id(known[1]) in late}
        self.lines = set()
        self.asked = {}
        self.outputs = []
        self.logs = []
        self.unanswered = None
        self.injection = injection

    def told(self):
        raised = list(self.exceptions)
        self.count_told = len(raised)
        return {
            "raised": raised,
            "lines": sorted(self.lines),
            "asked": {where: sorted(names) for where, names in self.asked.items()},
            "outputs": self.outputs,
            "logs": self.logs,
        }

    def watch(self, lines):
        self.watched = {os.path.join(self.root, path): frozenset(of_file) for path, of_file in lines.items()}
        self.follower.begin_again()

    # What is followed comes here.

    def is_own(self, code):
        """Whether it is code of the project."""
        known = self.codes.get(code)
        if known is None:
            path = code.co_filename
            known = self.codes[code] = path.startswith(self.prefix) and "site-packages" not in path
        return known

    def enters(self, code):
        """A function begins. Whether it is the project's."""
        if not self.is_own(code):
            return False
        watched = self.watched.get(code.co_filename)
        if watched:
            # The head of a function counts as run with it: its own lines are run where it is defined.
            first = code.co_firstlineno
            body = min((line for _, _, line in lines_of(code) if line > first), default=first + 1)
            name = os.path.relpath(code.co_filename, self.root)
            self.lines.update((name, line) for line in watched if first <= line < body)
        return True

    def comes_to(self, path, line, frame):
        """A line is about to run. Whether it is of interest."""
        watched = self.watched.get(path)
        if watched is None or line not in watched:
            return False
        name = os.path.relpath(path, self.root)
        self.lines.add((name, line))
        self.inject(frame, name)
        return True

    def inject(self, frame, name):
        wanted = self.injection
        if wanted is None or wanted["path"] != name or wanted["line"] != frame.f_lineno:
            return
        self.injection = None
        error = made_exception(wanted["type"], wanted["marker"], frame)
        self.caught(error, None, injected=(name, frame.f_lineno))
        raise error

    def caught(self, error, trace, injected=None):
        """Records an exception and those that it was made of."""
        while isinstance(error, BaseException) and len(self.exceptions) < MOST_EXCEPTIONS:
            if isinstance(error, SIGNALS):
                return
            known = self.seen.get(id(error))
            if known is None:
                # Kept, so that no other exception gets its id.
                entry = self.told_of(error, trace or error.__traceback__, injected)
                self.seen[id(error)] = (error, entry)
                self.exceptions.append(entry)
            elif trace is not None:
                # The frames above are known only when the exception has passed them.
                entry = known[1]
                entry["frames"] = merged(entry["frames"], frames_of(trace, self.root))
                return
            else:
                return
            error, trace = error.__cause__ or error.__context__, None

    def told_of(self, error, trace, injected):
        path, line = injected or self.origin(trace)
        details = []
        for value in list(error.args) + list(vars_of(error).values()) + list(getattr(error, "__notes__", [])):
            for text in texts_of(value):
                if text not in details and len(details) < MOST_TEXTS:
                    details.append(text)
        code = getattr(error, "code", getattr(error, "status_code", None)) if is_http_error(error) else None
        return {
            "type": type(error).__name__,
            "module": type(error).__module__,
            "text": text_of(error),
            "details": details,
            "path": path,
            "line": line,
            "written": injected is None and self.is_raised_by_author(trace, path, line),
            "http": is_http_error(error),
            "code": code if isinstance(code, int) else None,
            "injected": injected is not None,
            "frames": frames_of(trace, self.root),
        }

    def origin(self, trace):
        """The deepest frame; as path below the project, or with its last parts if it is elsewhere."""
        last = None
        while trace is not None:
            last, trace = trace, trace.tb_next
        if last is None:
            return None, None
        return shown(last.tb_frame.f_code.co_filename, self.root), last.tb_lineno

    def is_raised_by_author(self, trace, path, line):
        """Whether the exception comes of a `raise` of the project."""
        if path is None or os.path.isabs(path) or path.startswith("<"):
            return False
        if path not in self.raises:
            self.raises[path] = {
                number
                for node in ast.walk(parsed(os.path.join(self.root, path)))
                if isinstance(node, ast.Raise) and node.exc is not None
                for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
            }
        return line in self.raises[path]

    def ask(self, where, name):
        """The application looked for `name` in a part of the request."""
        if isinstance(name, str) and len(name) < 100:
            names = self.asked.setdefault(where, set())
            if len(names) < MOST_TEXTS:
                names.add(name)


@functools.lru_cache(maxsize=None)
def parsed(path):
    try:
        with open(path, "rb") as file:
            return ast.parse(file.read())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])


def shown(path, root):
    if path.startswith(root + os.sep):
        return os.path.relpath(path, root)
    return path


def frames_of(trace, root):
    """Place, function and source of the frames."""
    frames = []
    while trace is not None and len(frames) < 60:
        path, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        # A fault that was put in has passed the harness itself.
        if path != "<tightlip>":
            frames.append({"path": shown(path, root), "line": line, "source": source_line(path, line)})
        trace = trace.tb_next
    return frames


def merged(frames, more):
    return more if len(more) > len(frames) else frames


@functools.lru_cache(maxsize=4096)
def source_line(path, line):
    import linecache

    return linecache.getline(path, line).strip()[:200]


def text_of(value):
    try:
        return str(value)[:LONGEST_TEXT]
    except Exception:
        return ""


def vars_of(error):
    try:
        return dict(vars(error), **slots_of(error))
    except Exception:
        return {}


def slots_of(error):
    """What built-in exceptions keep outside of their dictionary."""
    names = ("filename", "strerror", "cmd", "output", "stderr", "stdout", "doc", "orig", "statement", "params")
    return {name: getattr(error, name) for name in names if getattr(error, name, None) is not None}


def texts_of(value):
    if isinstance(value, (list, tuple)):
        return [text for part in list(value)[:10] for text in texts_of(part)]
    if isinstance(value, dict):
        return [text for part in list(value.values())[:10] for text in texts_of(part)]
    if isinstance(value, bytes):
        return [value[:LONGEST_TEXT].decode("utf-8", "replace")]
    if isinstance(value, BaseException):
        return [text_of(value)] if text_of(value) else []
    return [value[:LONGEST_TEXT]] if isinstance(value, str) and value else []


# Whose errors are replies of their own, with texts that are written for clients. Other packages call theirs HTTPError
# too, and mean what another server said.
SERVING = ("werkzeug", "starlette", "fastapi", "quart", "bottle", "litestar", "falcon")


def is_http_error(error):
    """Whether it is a reply of its own, whose texts are written for clients."""
    if hasattr(type(error), "get_response") and hasattr(type(error), "code"):
        return True
    return any(
        kind.__name__ in ("HTTPException", "HTTPError") and kind.__module__.split(".")[0] in SERVING
        for kind in type(error).__mro__
    )


# Faults that are put in.


def made_exception(wanted, marker, frame):
    """An exception of the type that the code at this place catches, with a marked text."""
    kind = None
    if wanted:
        value = frame.f_globals.get(wanted.split(".")[0], frame.f_locals.get(wanted.split(".")[0]))
        if value is None:
            import builtins

            value = getattr(builtins, wanted.split(".")[0], None)
        for part in wanted.split(".")[1:]:
            value = getattr(value, part, None)
        kind = value[0] if isinstance(value, tuple) and value else value
    if not (isinstance(kind, type) and issubclass(kind, BaseException)) or kind in (Exception, BaseException):
        kind = RuntimeError
    ways = [
        lambda: kind(2, marker) if issubclass(kind, OSError) else wrong(),
        lambda: kind("utf-8", b"\xff", 0, 1, marker) if issubclass(kind, UnicodeError) else wrong(),
        lambda: kind(1, marker, marker, marker) if issubclass(kind, subprocess.CalledProcessError) else wrong(),
        lambda: kind(marker, "", 0) if issubclass(kind, json.JSONDecodeError) else wrong(),
        lambda: kind(description=marker) if hasattr(kind, "get_response") else wrong(),
        lambda: kind(marker),
        lambda: kind(marker, marker),
        lambda: kind(marker, {}, Exception(marker)),
        lambda: kind(),
    ]
    for way in ways:
        try:
            return way()
        except Exception:
            continue
    error = kind.__new__(kind)
    error.args = (marker,)
    return error


def wrong():
    raise TypeError


# Other detail than exceptions: what child processes print, what is logged. And what is forbidden.


def watch_process(recorder, limits, allows_network):
    communicate = subprocess.Popen.communicate

    def recording(process, *arguments, **options):
        result = communicate(process, *arguments, **options)
        for output in result:
            for text in texts_of(output):
                if len(recorder.outputs) < MOST_TEXTS:
                    recorder.outputs.append(text)
        return result

    subprocess.Popen.communicate = recording
    handle = logging.Logger.handle

    def handling(logger, record):
        if len(recorder.logs) < MOST_TEXTS:
            recorder.logs.append(text_of(record.getMessage()) if record.args else text_of(record.msg))
        return handle(logger, record)

    logging.Logger.handle = handling
    if not allows_network:
        forbid_network()
    count_starts(limits["processes"])


def forbid_network():
    """Connections that leave the machine fail as if there were no network. This stops what goes through Python's
    sockets; it is no wall against code that wants out."""
    for name in ("connect", "connect_ex"):
        original = getattr(socket.socket, name)

        def checked(self, address, original=original):
            if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(address[0]):
                raise OSError(101, "Network is unreachable")
            return original(self, address)

        setattr(socket.socket, name, checked)
    resolve = socket.getaddrinfo

    def resolving(host, *arguments, **options):
        if host and not is_loopback(host) and not is_number(host):
            raise socket.gaierror(-2, "Name or service not known")
        return resolve(host, *arguments, **options)

    socket.getaddrinfo = resolving


def is_loopback(host):
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    return host in ("localhost", "::1", "0.0.0.0", "::", "") or str(host).startswith("127.")


def is_number(host):
    """Whether it is an address already: nobody is asked for it, and connecting fails."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
            return True
        except (OSError, TypeError, ValueError):
            continue
    return False


def count_starts(most):
    """RLIMIT_NPROC does not bind root, so processes are counted where Python starts them."""
    own = os.getpid()
    started = []

    def counted(original):
        @functools.wraps(original)
        def start(*arguments, **options):
            started.append(None)
            if len(started) > most * 4 or len(descendants_of(own)) >= most:
                raise BlockingIOError(11, "Resource temporarily unavailable")
            return original(*arguments, **options)

        return start

    os.fork = counted(os.fork)
    subprocess.Popen.__init__ = counted(subprocess.Popen.__init__)


def descendants_of(process):
    children = collections.defaultdict(list)
    for child, parent in processes():
        children[parent].append(child)
    found, waiting = [], [process]
    while waiting:
        below = children[waiting.pop()]
        found.extend(below)
        waiting.extend(below)
    return found
