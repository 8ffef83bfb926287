# apt-get install python3-autobahn; python3 listen_wamp.py ws://127.0.0.1:8080/ws
import sys

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.types import PublishOptions

URL = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8080/ws"


class Lobby(ApplicationSession):
    async def onJoin(self, details):
        await self.subscribe(self.heard, "demo.lobby")
        options = PublishOptions(acknowledge=True)
        await self.publish("demo.lobby", {"text": "hello from autobahn-python"}, options=options)

    def heard(self, said):
        print("heard", said["text"], flush=True)


ApplicationRunner(URL, "realm1").run(Lobby)
