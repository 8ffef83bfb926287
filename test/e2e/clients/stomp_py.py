"""All frames of a client in one version: subscribe, send, acknowledge, refuse, a transaction, receipts, disconnect."""
import queue
import sys

import stomp

port, version, login, passcode, destination = sys.argv[1:]
PATIENCE = 10


class Listener(stomp.ConnectionListener):
    def __init__(self):
        self.messages, self.receipts, self.errors = queue.Queue(), queue.Queue(), queue.Queue()
        self.gone = queue.Queue()

    def on_message(self, frame):
        self.messages.put(frame)

    def on_receipt(self, frame):
        self.receipts.put(frame.headers["receipt-id"])

    def on_error(self, frame):
        self.errors.put(frame)

    def on_disconnected(self):
        self.gone.put(True)


Connection = {"1.0": stomp.StompConnection10, "1.1": stomp.StompConnection11, "1.2": stomp.StompConnection12}[version]
connection = Connection([("127.0.0.1", int(port))], reconnect_attempts_max=1)
listener = Listener()
connection.set_listener("", listener)
connection.connect(login, passcode, wait=True)


def receipt(name):
    got = listener.receipts.get(timeout=PATIENCE)
    assert got == name, f"receipt {got} instead of {name}"


def message(body):
    frame = listener.messages.get(timeout=PATIENCE)
    assert frame.body == body, f"{frame.body!r} instead of {body!r}"
    return frame


def acknowledge(frame, do=None):
    do = do or connection.ack
    if version == "1.0":
        do(frame.headers["message-id"])
    elif version == "1.1":
        do(frame.headers["message-id"], "s")
    else:
        do(frame.headers["ack"])


mode = "client" if version == "1.0" else "client-individual"
connection.subscribe(destination, id="s", ack=mode, headers={"receipt": "subscribed"})
receipt("subscribed")

connection.send(destination, "zwölf: \\n\n", content_type="text/plain", headers={"receipt": "sent", "x": "a:b"})
frame = message("zwölf: \\n\n")
receipt("sent")
assert frame.headers["x"] == "a:b", frame.headers
assert frame.headers["content-type"] == "text/plain", frame.headers
acknowledge(frame)

if version != "1.0":
    connection.send(destination, "again")
    acknowledge(message("again"), connection.nack)
    frame = message("again")
    assert frame.headers["redelivered"] == "true", frame.headers
    acknowledge(frame)

for end in ("abort", "commit"):
    connection.begin("t")
    connection.send(destination, end, transaction="t")
    getattr(connection, end)("t")
acknowledge(message("commit"))
assert listener.messages.empty()

connection.unsubscribe(id="s") if version != "1.0" else connection.unsubscribe(destination, id="s")
connection.send(destination, "held", headers={"receipt": "held"})
receipt("held")
connection.subscribe(destination, id="t", ack="auto")
message("held")
connection.disconnect(receipt="bye")
receipt("bye")
listener.gone.get(timeout=PATIENCE)
assert listener.errors.empty(), listener.errors.get()
print(f"all of {version}")
