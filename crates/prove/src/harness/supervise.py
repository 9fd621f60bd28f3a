"""Starts applications, watches over them, and leaves nothing behind.

The files of this folder are one program, in the order supervise, record, watch, application, routes, asgi, program,
serve; tightlip hands it to `python -c` and speaks with it in lines of JSON. This process imports the framework once; every application is a fork
of it, in a fresh copy of the project. It ends all that the application started, and removes the copy, when it is told
to stop, and when its standard input is closed: so nothing is left, however tightlip ended.

Commands: {"do": "boot", ...} and {"do": "stop"}. What is told: {"event": ...}, from here and from the application.
"""

import collections
import ctypes
import fnmatch
import gc
import importlib
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import threading
import time

# The size of what is told in one line; longer texts are cut where they are taken.
LONGEST_TEXT = 4000


class Teller:
    """Writes events; the application's own output goes to a file."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.lock = threading.Lock()

    def tell(self, event, **details):
        details["event"] = event
        data = json.dumps(details, default=str).encode("utf-8", "backslashreplace") + b"\n"
        with self.lock:
            while data:
                data = data[os.write(self.descriptor, data) :]


class Supervisor:
    def __init__(self):
        self.teller = Teller(os.dup(1))
        self.application = None
        self.folder = None
        self.buffer = b""
        # Orphans of the application become children of this process, so that they can be found.
        adopt_orphans()
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        self.wakeup = reader
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # Whoever presses Ctrl-C means tightlip; its end closes standard input.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def run(self):
        try:
            while True:
                ready, _, _ = select.select([0, self.wakeup], [], [])
                if self.wakeup in ready:
                    self.reap()
                if 0 in ready and not self.read():
                    return
        finally:
            self.stop()

    def read(self):
        data = os.read(0, 1 << 16)
        self.buffer += data
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            command = json.loads(line)
            if command["do"] == "boot":
                self.boot(command)
            else:
                self.stop()
                self.teller.tell("stopped")
        return bool(data)

    def boot(self, command):
        self.stop()
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="tightlip-"))
        # It keeps its name: a project that is a package is imported by it.
        root = os.path.join(self.folder, "project", os.path.basename(command["project"]) or "project")
        try:
            copy_project(command["project"], root, command["copied"], command["left_out"])
        except (OSError, TooLarge) as error:
            self.teller.tell("failed", reason="the project cannot be copied: %s" % error)
            return
        sys.stdout.flush()
        self.application = os.fork()
        if self.application:
            return
        try:
            become_application(command, self.folder, root, self.teller)
            run_application(command, self.folder, root, self.teller)
        except BaseException as error:
            # Told by the one who waits; a traceback of the harness is of no use to anybody else.
            self.teller.tell("failed", reason="%s: %s" % (type(error).__name__, error), log=tail(self.folder))
        finally:
            os._exit(0)

    def reap(self):
        try:
            os.read(self.wakeup, 512)
        except BlockingIOError:
            pass
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            if process == self.application:
                self.application = None
                self.end_all()
                self.teller.tell("ended", how=how_it_ended(status), log=tail(self.folder))

    def stop(self):
        self.application = None
        self.end_all()
        if self.folder is not None:
            remove(self.folder)
            self.folder = None

    def end_all(self):
        """Ends the descendants. Those that are started meanwhile are seen in the next round."""
        for _ in range(200):
            found = descendants()
            if not found:
                return
            # Stopped first, so that none of them starts others while the list is worked through.
            for number in (signal.SIGSTOP, signal.SIGKILL):
                for process in found:
                    try:
                        os.kill(process, number)
                    except OSError:
                        pass
            deadline = time.monotonic() + 1
            while time.monotonic() < deadline:
                try:
                    process, _ = os.waitpid(-1, os.WNOHANG)
                except ChildProcessError:
                    break
                if process == 0:
                    time.sleep(0.002)


class TooLarge(Exception):
    pass


def copy_project(source, target, most_bytes, left_out):
    """Copies files and folders. What is no file (a pipe, a socket) is left out, and so is what tools can make again."""
    seen = 0
    for folder, folders, files in os.walk(source):
        inside = os.path.join(target, os.path.relpath(folder, source))
        os.makedirs(inside, exist_ok=True)
        is_left_out = lambda name: (  # noqa: E731
            any(fnmatch.fnmatch(name, pattern) for pattern in left_out)
            or os.path.isfile(os.path.join(folder, name, "pyvenv.cfg"))
        )
        folders[:] = [name for name in folders if not is_left_out(name)]
        for name in files:
            path = os.path.join(folder, name)
            if not os.path.isfile(path):
                continue
            seen += os.path.getsize(path)
            if seen > most_bytes:
                raise TooLarge("it has more than %d MiB; --copy-limit allows more" % (most_bytes >> 20))
            try:
                shutil.copy(path, os.path.join(inside, name))
            except PermissionError:
                # What cannot be read here is not there for the application either.
                continue


def adopt_orphans():
    """On Linux, orphans of descendants are handed to this process; elsewhere only the process group is known."""
    if sys.platform.startswith("linux"):
        try:
            ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
        except (OSError, AttributeError):
            pass


def descendants():
    """All processes below this one."""
    children = collections.defaultdict(list)
    for process, parent in processes():
        children[parent].append(process)
    found = []
    waiting = list(children[os.getpid()])
    while waiting:
        process = waiting.pop()
        found.append(process)
        waiting.extend(children[process])
    return found


def processes():
    """Number and parent of each process that runs; those that only wait to be reaped are left out."""
    if not os.path.isdir("/proc/self"):
        yield from processes_without_proc()
        return
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name, "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
            except OSError:
                continue
            if fields[0] != b"Z":
                yield int(name), int(fields[1])


def processes_without_proc():
    import subprocess

    output = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], stdout=subprocess.PIPE).stdout
    own = os.getpid()
    for line in output.decode("ascii", "replace").splitlines():
        fields = line.split()
        # `ps` itself has ended by now.
        if len(fields) == 3 and not fields[2].startswith("Z") and int(fields[0]) != own:
            yield int(fields[0]), int(fields[1])


def how_it_ended(status):
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        reasons = {signal.SIGXCPU: "its time was used up", signal.SIGKILL: "it was killed"}
        return reasons.get(number, "signal %d" % number)
    return "it exited with %d" % os.WEXITSTATUS(status)


def tail(folder):
    """The end of what the application printed."""
    try:
        with open(os.path.join(folder, "output.txt"), "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 2000))
            return file.read().decode("utf-8", "replace")
    except (OSError, TypeError):
        return ""


def remove(folder):
    """Folders that the application made unreadable are made readable first."""

    def again(function, path, _):
        try:
            os.chmod(os.path.dirname(path), 0o700)
            os.chmod(path, 0o700)
            function(path)
        except OSError:
            pass

    shutil.rmtree(folder, onerror=again)


def become_application(command, folder, root, teller):
    """The fork: own session, own output, limits, and nothing of the supervisor's in its hands."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    teller.descriptor = os.dup(teller.descriptor)
    null = os.open(os.devnull, os.O_RDONLY)
    output = os.open(os.path.join(folder, "output.txt"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w", buffering=1), open(2, "w", buffering=1)
    limit(command["limits"])
    os.chdir(root)
    home = os.path.join(folder, "home")
    temporary = os.path.join(folder, "temporary")
    os.mkdir(home)
    os.mkdir(temporary)
    os.environ.update(HOME=home, TMPDIR=temporary)
    tempfile.tempdir = None


def limit(limits):
    import resource

    def at_most(what, value):
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        try:
            resource.setrlimit(what, (value, value))
        except (ValueError, OSError):
            # Not every system lets every limit be set; the deadlines of the caller hold nevertheless.
            pass

    at_most(resource.RLIMIT_CPU, limits["seconds"])
    at_most(resource.RLIMIT_AS, limits["memory"])
    at_most(resource.RLIMIT_FSIZE, limits["file_size"])
    at_most(resource.RLIMIT_CORE, 0)
    if hasattr(resource, "RLIMIT_NPROC"):
        # It counts all processes of the user; root is not bound by it, so starts are counted too (record).
        at_most(resource.RLIMIT_NPROC, count_of_processes() + limits["processes"])


def count_of_processes():
    user = os.getuid()
    count = 0
    for process, _ in processes():
        try:
            if os.stat("/proc/%d" % process).st_uid == user:
                count += len(os.listdir("/proc/%d/task" % process))
        except OSError:
            count += 1
    return count
