"""A tenant's user: PyPI `pysher`."""

import json
import logging
import queue

import pysher

from tenant import HOST, KEY, PATIENCE, PORT, SECRET

SUBSCRIBED = "pusher_internal:subscription_succeeded"
# What the tests wait for: pysher binds names.
CHANNEL_EVENTS = [
    SUBSCRIBED,
    "pusher_internal:member_added",
    "pusher_internal:member_removed",
    "pusher_internal:subscription_count",
    "pusher:cache_miss",
    "pusher:error",
    "pusher:subscription_error",
    "posted",
    "fence",
    "client-typing",
]
CONNECTION_EVENTS = ["pusher:connection_established", "pusher:error", "pusher:pong", "pusher:signin_success"]


class User:
    """Subscribes as soon as it is connected, as pysher's documentation does."""

    def __init__(self, *channels, key=KEY, **options):
        self._events, self._passed = queue.Queue(), []
        options = {"secret": SECRET, "log_level": logging.CRITICAL, **options}
        self.pysher = pysher.Pusher(key, secure=False, custom_host=HOST, port=PORT, **options)
        self.connection = self.pysher.connection
        for event in CONNECTION_EVENTS:
            self.connection.bind(event, self._keep, None, event)
        self.connection.bind("pusher:connection_established", lambda _: [self.subscribe(name) for name in channels])
        self.pysher.connect()

    @classmethod
    def subscribed(cls, *channels, **options):
        user = cls(*channels, **options)
        for channel in channels:
            user.next(SUBSCRIBED, channel)
        return user

    @property
    def socket_id(self):
        return self.connection.socket_id

    def subscribe(self, name):
        channel = self.pysher.subscribe(name)
        for event in CHANNEL_EVENTS:
            channel.bind(event, self._keep, name, event)

    def trigger(self, channel, event, data):
        self.pysher.channel(channel).trigger(event, data)

    def unsubscribe(self, channel):
        self.pysher.unsubscribe(channel)

    def next(self, event, channel=None):
        """The data of the next such event; others wait for who asks for them."""
        return self._first(lambda it: it[:2] == (channel, event), f"{event} on {channel}")[2]

    def next_of(self, *events):
        """The next of several events, as `(event, data)`."""
        return self._first(lambda it: it[1] in events, " or ".join(events))[1:]

    def _first(self, fits, what):
        for it in self._passed:
            if fits(it):
                self._passed.remove(it)
                return it
        while True:
            try:
                it = self._events.get(timeout=PATIENCE)
            except queue.Empty:
                raise AssertionError(f"{what} did not come; in its place: {self._passed}") from None
            if fits(it):
                return it
            self._passed.append(it)

    def members(self, channel):
        return json.loads(self.next(SUBSCRIBED, channel))["presence"]

    def ended(self):
        """Whether the platform's last word made pysher give up."""
        self.connection.join(PATIENCE)
        return not self.connection.is_alive()

    def close(self):
        # Its thread may sleep on past the end of its socket.
        self.pysher.disconnect(0)

    def _keep(self, data, channel, event):
        self._events.put((channel, event, data))
