"""Nine steps of a session of autobahn-python: nine_steps.py URL SERIALIZER. Prints one JSON line with what came of each."""

import asyncio
import json
import sys

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer
from autobahn.wamp.types import CallOptions, PublishOptions, RegisterOptions, SubscribeOptions

SERIALIZERS = {"json": JsonSerializer, "msgpack": MsgPackSerializer, "cbor": CBORSerializer}
PATIENCE = 5
URL, SERIALIZER = sys.argv[1:3]
BASE = "com.python." + SERIALIZER
outcomes = {}


class Inbox:
    """Waits for what a handler is called with."""

    def __init__(self):
        self.queue = asyncio.Queue()

    def __call__(self, *args, details=None, **kwargs):
        self.queue.put_nowait((args, kwargs, details))

    async def next(self):
        return await asyncio.wait_for(self.queue.get(), PATIENCE)


class NineSteps(ApplicationSession):
    async def onJoin(self, details):
        steps = ("octets", "wildcard", "add", "progress", "retained", "prefix", "unknown", "count", "subscribers")
        for name in steps:
            try:
                outcomes[name] = await getattr(self, name)()
            except Exception as error:  # pylint: disable=broad-except
                outcomes[name] = "failed: %r" % error
        self.leave()

    def onDisconnect(self):
        asyncio.get_event_loop().stop()

    async def say(self, topic, *args, **options):
        await self.publish(topic, *args, options=PublishOptions(acknowledge=True, exclude_me=False, **options))

    async def octets(self):
        inbox = Inbox()
        await self.subscribe(inbox, BASE + ".octets")
        await self.say(BASE + ".octets", b"\x00\x01\xff", "text")
        args, _, _ = await inbox.next()
        return [args[0].hex(), args[1]]

    async def wildcard(self):
        inbox = Inbox()
        await self.subscribe(inbox, BASE + "..end", SubscribeOptions(match="wildcard", details_arg="details"))
        await self.say(BASE + ".middle.end", 1)
        _, _, details = await inbox.next()
        return details.topic[len(BASE):]

    async def add(self):
        await self.register(lambda a, b: a + b, BASE + ".add")
        return await self.call(BASE + ".add", 2, 3)

    async def progress(self):
        parts = []

        async def count(end, details=None):
            for number in range(end):
                details.progress(number)
            return "end"

        await self.register(count, BASE + ".count", RegisterOptions(details_arg="details"))
        end = await self.call(BASE + ".count", 3, options=CallOptions(on_progress=parts.append))
        return parts + [end]

    async def retained(self):
        inbox = Inbox()
        await self.say(BASE + ".retained", "kept", retain=True)
        options = SubscribeOptions(get_retained=True, details_arg="details")
        await self.subscribe(inbox, BASE + ".retained", options)
        args, _, details = await inbox.next()
        return [args[0], details.retained]

    async def prefix(self):
        async def which(details=None):
            return details.procedure

        options = RegisterOptions(match="prefix", details_arg="details")
        await self.register(which, BASE + ".prefix", options)
        return (await self.call(BASE + ".prefix.a.b"))[len(BASE):]

    async def unknown(self):
        try:
            return await self.call(BASE + ".nobody")
        except ApplicationError as error:
            return error.error

    async def count(self):
        return await self.call("wamp.session.count") > 0

    async def subscribers(self):
        subscription = await self.call("wamp.subscription.lookup", BASE + ".octets")
        return await self.call("wamp.subscription.count_subscribers", subscription)


ApplicationRunner(URL, "realm1", serializers=[SERIALIZERS[SERIALIZER]()]).run(NineSteps)
print(json.dumps(outcomes))
