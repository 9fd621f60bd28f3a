# Applications of ASGI, served as those of WSGI are: on an event loop in a thread of its own.

import asyncio
import http
import queue
import urllib.parse

# Seconds that an application may take to start up.
PATIENCE_AT_STARTUP = 30
# Pieces of a reply that may wait until they are fetched.
MOST_PIECES = 16
# Headers that belong to a connection, which is not the application's.
OF_CONNECTION = ("connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer")


def is_asgi(application):
    """Whether it is called as ASGI 3 wants: with scope, receive and send, and awaited."""
    for function in (application, getattr(type(application), "__call__", None)):
        try:
            names = list(inspect.signature(function).parameters)
        except (TypeError, ValueError):
            continue
        if names[-3:] == ["scope", "receive", "send"]:
            return True
        if inspect.iscoroutinefunction(function) and len(names) - (function is not application) == 3:
            return True
    return False


class Bridge:
    """An application of WSGI that asks one of ASGI."""

    def __init__(self, application, recorder):
        self.application = application
        self.recorder = recorder
        self.state = {}
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.turn, daemon=True).start()
        starting = asyncio.run_coroutine_threadsafe(self.start_up(), self.loop)
        failure = starting.result(PATIENCE_AT_STARTUP)
        if failure is not None:
            raise NoApplication("it fails when it starts up: %s" % failure)

    def turn(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    async def start_up(self):
        """Why it does not start, if it does not. An application without a lifespan may say so in any way."""
        self.recorder.follower.start()
        answers = asyncio.Queue()
        begins = [{"type": "lifespan.startup"}]

        async def receive():
            if begins:
                return begins.pop()
            await asyncio.Event().wait()

        async def live():
            scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
            try:
                await self.application(scope, receive, answers.put)
            except Exception:
                pass
            await answers.put({"type": "none"})

        # Kept, so that it is not collected while it waits for the end.
        self.life = self.loop.create_task(live())
        answer = await answers.get()
        return answer.get("message", "") if answer["type"] == "lifespan.startup.failed" else None

    def __call__(self, environ, start_response):
        body = environ["wsgi.input"].read()
        exchange = Exchange()
        asyncio.run_coroutine_threadsafe(self.answer(scope_of(environ, self.state), body, exchange), self.loop)
        what, value = exchange.pieces.get()
        if what == "end":
            raise value or RuntimeError("the application sent no reply")
        status, headers = value
        start_response("%d %s" % (status, phrase_of(status)), headers)
        return self.body(exchange)

    def body(self, exchange):
        try:
            while True:
                what, value = exchange.pieces.get()
                if what == "piece":
                    yield value
                    continue
                if isinstance(value, Exception):
                    self.recorder.caught(value, value.__traceback__)
                    if not exchange.is_complete:
                        raise value
                return
        finally:
            exchange.is_over = True

    async def answer(self, scope, body, exchange):
        self.recorder.follower.start()
        bodies = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive():
            if bodies:
                return bodies.pop()
            while not exchange.is_over:
                await asyncio.sleep(0.01)
            return {"type": "http.disconnect"}

        async def send(message):
            if message["type"] == "http.response.start":
                await exchange.put("start", (message["status"], headers_of(message.get("headers", ()))))
            elif message["type"] == "http.response.body":
                await exchange.put("piece", bytes(message.get("body", b"")))
                exchange.is_complete = not message.get("more_body", False)

        failed = None
        try:
            await self.application(scope, receive, send)
        except Exception as error:
            failed = error
        await exchange.put("end", failed)


class Exchange:
    """What is handed from the event loop to the thread that serves a request."""

    def __init__(self):
        self.pieces = queue.Queue()
        # Whether the application has sent all of its reply, and whether nobody wants more of it.
        self.is_complete = False
        self.is_over = False

    async def put(self, what, value):
        while self.pieces.qsize() >= MOST_PIECES and not self.is_over:
            await asyncio.sleep(0.005)
        if self.is_over and what != "end":
            raise OSError("nobody reads the reply any more")
        self.pieces.put((what, value))


def scope_of(environ, state):
    names = [name for name in environ if name.startswith("HTTP_")]
    headers = [(name[5:].replace("_", "-").lower(), environ[name]) for name in names]
    headers += [
        (name.replace("_", "-").lower(), environ[name]) for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(name)
    ]
    path = environ.get("PATH_INFO", "/").encode("latin-1")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": environ["REQUEST_METHOD"],
        "scheme": "http",
        "path": path.decode("utf-8", "replace"),
        "raw_path": urllib.parse.quote(path).encode("ascii"),
        "root_path": "",
        "query_string": environ.get("QUERY_STRING", "").encode("latin-1"),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": (environ.get("REMOTE_ADDR", "127.0.0.1"), 0),
        "server": ("127.0.0.1", int(environ.get("SERVER_PORT") or 0)),
        "state": dict(state),
    }


def headers_of(headers):
    texts = [(bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in headers]
    return [(name, value) for name, value in texts if name.lower() not in OF_CONNECTION]


def phrase_of(status):
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
