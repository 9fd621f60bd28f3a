# Follows what the project's own code does: by sys.monitoring where Python has it (3.12), else by sys.settrace.


def follower(recorder):
    if hasattr(sys, "monitoring"):
        # Numbers that neither debuggers nor coverage nor profilers take.
        for number in (4, 3):
            try:
                return Monitoring(recorder, number)
            except ValueError:
                continue
    return Tracing(recorder)


class Tracing:
    """Each thread by itself. CPython drops the tracer of a thread when it raises: of the rest of a request in which a
    fault was put in nothing is recorded."""

    def __init__(self, recorder):
        self.recorder = recorder

    def start(self):
        """This thread from the next call on, and threads that begin from now on."""
        threading.settrace(self.trace)
        sys.settrace(self.trace)

    def stop(self):
        sys.settrace(None)

    def begin_again(self):
        pass

    def trace(self, frame, _event, _argument):
        """Frames of the project are followed, those of packages only called."""
        return self.follow if self.recorder.enters(frame.f_code) else None

    def follow(self, frame, event, argument):
        if event == "line":
            self.recorder.comes_to(frame.f_code.co_filename, frame.f_lineno, frame)
        elif event == "exception":
            self.recorder.caught(argument[1], argument[2])
        return self.follow


class Monitoring:
    """All threads at once, and whatever is raised: it stays where tracers are dropped. PEP 669."""

    def __init__(self, recorder, number):
        self.recorder = recorder
        self.number = number
        self.is_on = False
        events = sys.monitoring.events
        sys.monitoring.use_tool_id(number, "tightlip")
        sys.monitoring.register_callback(number, events.PY_START, self.enters)
        sys.monitoring.register_callback(number, events.LINE, self.comes_to)
        sys.monitoring.register_callback(number, events.RAISE, self.raises)

    def start(self):
        if not self.is_on:
            self.is_on = True
            events = sys.monitoring.events
            sys.monitoring.set_events(self.number, events.PY_START | events.RAISE)

    def stop(self):
        """Other threads may still be at work, so it stays."""

    def begin_again(self):
        """Other lines are of interest now: what was left out is looked at again."""
        sys.monitoring.restart_events()

    def enters(self, code, _offset):
        if not self.recorder.enters(code) or code.co_filename not in self.recorder.watched:
            return sys.monitoring.DISABLE
        sys.monitoring.set_local_events(self.number, code, sys.monitoring.events.LINE)
        return None

    def comes_to(self, code, line):
        if not self.recorder.comes_to(code.co_filename, line, sys._getframe(1)):
            return sys.monitoring.DISABLE
        return None

    def raises(self, code, _offset, error):
        if self.recorder.is_own(code):
            self.recorder.caught(error, error.__traceback__)
