"""Boots Flask applications and tells what they reply.

Standard input: {"cases": [{"name": ..., "files": [[path, text], ...] or "folder": path,
"requests": [text, ...], "served": false}, ...]}. Standard output: a list with one answer for each case,
{"replies": [text, ...], "log": text} or {"error": text, "log": text}.

Each case has a folder and a process of its own. It imports `app.py` (or `wsgi.py`) and takes its `app`, or
what its `create_app()` makes. With "served" it runs the file as a script and takes the application as the
development server would serve it. The application is not put into testing mode, so it answers as it would
a client.

A request is a line `GET /path`, then header lines, an empty line and a body if there are any. `{id}` in it is
the field `id` of the last JSON reply. `EMIT event` sends the body, which is JSON, as an event over a socket; the
reply is what the event's handler acknowledges and what the server emits.

The application may be Connexion's too, which has Flask inside and answers through a client of its own.
"""

import contextlib
import json
import multiprocessing
import os
import re
import runpy
import shutil
import sys
import tempfile
import traceback

import flask
import flask.views  # noqa: F401  (before the fork, so that no case pays for it)
import werkzeug.debug  # noqa: F401
import werkzeug.serving
import werkzeug.test

SECONDS = 60


def main():
    cases = json.load(sys.stdin)["cases"]
    for name in [name for name in os.environ if name.startswith("FLASK")]:
        del os.environ[name]
    way = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(way)
    if way == "fork":
        import_packages(cases)
    answers = []
    # Processes are started by this thread only: a fork while other threads run may lock up.
    running = []
    for case in cases:
        running.append(start(context, case))
        if len(running) > (os.cpu_count() or 2):
            answers.append(finish(*running.pop(0)))
    answers.extend(finish(*one) for one in running)
    json.dump(answers, sys.stdout)


def import_packages(cases):
    """Imports what cases import of the environment, so that each of them finds it imported."""
    files = [file for case in cases for file in case.get("files", [])]
    own = {re.split(r"[/.]", path)[0] for path, _ in files}
    found = {name for _, text in files for name in re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE)}
    for name in sorted(found - own):
        # What cannot be imported fails in the case that wants it.
        with contextlib.suppress(Exception):
            __import__(name)


def start(context, case):
    folder = tempfile.mkdtemp(prefix="tightlip-boot-")
    process = context.Process(target=run, args=(case, folder))
    process.start()
    return process, folder


def finish(process, folder):
    process.join(SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
    try:
        with open(os.path.join(folder, "answer.json"), encoding="utf-8") as file:
            answer = json.load(file)
    except OSError:
        answer = {"error": f"no answer within {SECONDS} seconds, or the process died ({process.exitcode})"}
    answer["log"] = read(os.path.join(folder, "log.txt"))
    shutil.rmtree(folder, ignore_errors=True)
    return answer


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def run(case, folder):
    log = os.open(os.path.join(folder, "log.txt"), os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.stdin.close()
    try:
        answer = {"replies": replies(case, os.path.join(folder, "application"))}
    except BaseException:
        answer = {"error": traceback.format_exc()}
    sys.stdout.flush()
    sys.stderr.flush()
    part = os.path.join(folder, "answer.part")
    with open(part, "w", encoding="utf-8") as file:
        json.dump(answer, file)
    os.replace(part, os.path.join(folder, "answer.json"))


def replies(case, folder):
    if "folder" in case:
        shutil.copytree(case["folder"], folder, ignore=shutil.ignore_patterns("instance", "__pycache__", ".venv"))
    for path, text in case.get("files", []):
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    os.chdir(folder)
    sys.path.insert(0, folder)
    opened = opener(served(case)) if case.get("served") else imported(case)
    last = {}
    texts = []
    for request in case["requests"]:
        text, last = send(opened, request, last)
        texts.append(text)
    return texts


def imported(case):
    """Opens requests: a function of method, path, headers and body that gives status, headers and body."""
    module = __import__("wsgi" if "folder" in case else "app")
    application = getattr(module, "app", None)
    if application is None:
        application = module.create_app()
    if not isinstance(application, flask.Flask):
        # Connexion has Flask hand all exceptions to what it has around it.
        return opener_of_gateway(application.test_client(raise_server_exceptions=False))
    if application.testing or application.config["PROPAGATE_EXCEPTIONS"] is not None:
        raise AssertionError("the application is in testing mode or hands its exceptions on")
    sockets = [value for value in vars(module).values() if type(value).__name__ == "SocketIO"]
    by_address = opener(application.test_client(), application.test_client(use_cookies=False))
    if not sockets:
        return by_address
    by_event = opener_of_socket(sockets[0].test_client(application))
    return lambda method, *request: (by_event if method == "EMIT" else by_address)(method, *request)


def served(case):
    """The script runs; the server, which would not return, is what Werkzeug would have served."""
    seen = []

    def run_simple(hostname, port, application, use_debugger=False, use_evalex=True, **options):
        if use_debugger:
            application = werkzeug.debug.DebuggedApplication(application, evalex=use_evalex)
        seen.append(application)

    werkzeug.serving.run_simple = run_simple
    runpy.run_path("wsgi.py" if "folder" in case else "app.py", run_name="__main__")
    return werkzeug.test.Client(seen[0])


def opener(keeping, plain=None):
    def opened(method, path, headers, body):
        # A client that keeps cookies drops those that a page sends.
        client = plain if plain and any(name == "Cookie" for name, _ in headers) else keeping
        response = client.open(path, method=method, headers=headers, data=body.encode() or None)
        chunks = []
        try:
            for chunk in response.iter_encoded():
                chunks.append(chunk)
        except Exception:
            # The client sees what came before the stream broke.
            chunks.append(b"[broken off]")
        return response.status, response.headers, b"".join(chunks).decode("utf-8", "replace")

    return opened


def opener_of_gateway(client):
    def opened(method, path, headers, body):
        response = client.request(method, path, headers=dict(headers), content=body.encode() or None)
        lines = "".join(f"{name}: {value}\n" for name, value in response.headers.items())
        return response.status_code, lines, response.text

    return opened


def opener_of_socket(client):
    def opened(_method, event, _headers, body):
        acknowledged = client.emit(event, *([json.loads(body)] if body else []), callback=True)
        return "socket", "", json.dumps([acknowledged, client.get_received()], default=str)

    return opened


def send(opened, request, last):
    head, _, body = request.partition("\n\n")
    lines = head.strip().split("\n")
    method, path = lines[0].split(" ", 1)
    if "id" in last:
        path = path.replace("{id}", str(last["id"]))
    headers = [tuple(line.split(": ", 1)) for line in lines[1:]]
    status, headers, text = opened(method, path, headers, body)
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = {}
    return f"{status}\n{headers}\n{text}", parsed if isinstance(parsed, dict) else {}


if __name__ == "__main__":
    main()
