"""Types a session into a real telnet and prints what it showed, from the first answer of the server on."""
import os
import pty
import select
import sys
import time

port, *lines = sys.argv[1:]
PATIENCE = 20

pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = "dumb"
    os.execvp("telnet", ["telnet", "127.0.0.1", port])

shown = b""


def read(until=None):
    """Reads until a text has been shown, or until telnet has ended."""
    global shown
    end = time.monotonic() + PATIENCE
    while until is None or until not in shown:
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        if not ready:
            sys.exit(f"telnet does not show {until!r}, but {shown!r}")
        try:
            octets = os.read(terminal, 4096)
        except OSError:
            octets = b""
        if octets == b"":
            return
        shown += octets


read(b"Escape character is")
read(b"\n")
for line in lines:
    kind, text = line.split(" ", 1)
    if kind == "type":
        # a human sends a line at a time; ^@ is the NUL octet
        for part in text.split("\\n"):
            os.write(terminal, part.replace("^@", "\0").encode() + b"\r")
            time.sleep(0.02)
    else:
        read(text.encode())
read()
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown.replace(b"\r", b"").replace(b"\0", b"^@"))
