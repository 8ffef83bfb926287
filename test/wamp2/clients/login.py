"""Logs autobahn-python in: login.py URL METHOD AUTHID SECRET. Prints what it was welcomed as, or why it was not."""

import asyncio
import json
import sys

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.auth import create_authenticator

URL, METHOD, AUTHID, SECRET = sys.argv[1:5]
PARTS = {
    "ticket": {"ticket": SECRET},
    "wampcra": {"secret": SECRET},
    "scram": {"password": SECRET},
    "cryptosign": {"privkey": SECRET, "authid": AUTHID},
}
outcome = {}


class Login(ApplicationSession):
    def onConnect(self):
        self.proof = create_authenticator(METHOD, **{"authid": AUTHID, **PARTS[METHOD]})
        extra = getattr(self.proof, "authextra", None)
        self.join(self.config.realm, [METHOD], AUTHID, authextra=extra)

    def onChallenge(self, challenge):
        return self.proof.on_challenge(self, challenge)

    def onJoin(self, details):
        outcome.update(authid=details.authid, authrole=details.authrole, authmethod=details.authmethod)
        if METHOD == "scram":
            outcome["server"] = self.proof.on_welcome(self, details.authextra) or "proven"
        self.leave()

    def onLeave(self, details):
        outcome.setdefault("reason", details.reason)
        self.disconnect()

    def onDisconnect(self):
        asyncio.get_event_loop().stop()


ApplicationRunner(URL, "realm1").run(Login)
print(json.dumps(outcome))
