"""A user's connection. The stock library has none, so this speaks the protocol itself."""

import json

import websocket

from environment import HOST, KEY, PATIENCE, PORT


class Socket:
    def __init__(self):
        url = f"ws://{HOST}:{PORT}/app/{KEY}?protocol=7&client=python-tests&version=1.0"
        self._socket = websocket.create_connection(url, timeout=PATIENCE)
        welcome = self.next("pusher:connection_established")
        self.socket_id = json.loads(welcome["data"])["socket_id"]

    def subscribe(self, channel, auth=None):
        self._send("pusher:subscribe", {"channel": channel, **(auth or {})})
        return self.next("pusher_internal:subscription_succeeded")

    def unsubscribe(self, channel):
        self._send("pusher:unsubscribe", {"channel": channel})

    def next(self, event):
        """The next frame; it must be that event."""
        frame = json.loads(self._socket.recv())
        assert frame["event"] == event, f"{event} was expected, this came: {frame}"
        return frame

    def close(self):
        self._socket.close()

    def _send(self, event, data):
        self._socket.send(json.dumps({"event": event, "data": data}))
