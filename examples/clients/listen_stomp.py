# apt-get install python3-stomp; python3 listen_stomp.py 127.0.0.1 61613
import json
import sys
import time

import stomp

HOST, PORT = sys.argv[1:] or ("127.0.0.1", "61613")


class Lobby(stomp.ConnectionListener):
    def on_message(self, frame):
        print("heard", json.loads(frame.body)["text"], flush=True)

    def on_error(self, frame):
        print("refused", frame.headers["message"], flush=True)


connection = stomp.StompConnection12([(HOST, int(PORT))])
connection.set_listener("", Lobby())
connection.connect(wait=True)
connection.subscribe("/topic/demo.lobby", id="1")
hello = json.dumps({"text": "hello from stomp.py"})
connection.send("/topic/demo.lobby", hello, content_type="application/json")

while connection.is_connected():
    time.sleep(1)
