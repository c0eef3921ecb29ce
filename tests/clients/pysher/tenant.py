"""A tenant's server: PyPI `pusher`, and the webhooks that it verifies."""

import base64
import os
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pusher

HOST = os.environ["PLATFORM_HOST"]
PORT = int(os.environ["PLATFORM_PORT"])
KEY = os.environ["APP_KEY"]
SECRET = os.environ["APP_SECRET"]

# How long anything may take that must happen, in seconds.
PATIENCE = 15

library = pusher.Pusher(
    app_id=os.environ["APP_ID"],
    key=KEY,
    secret=SECRET,
    host=HOST,
    port=PORT,
    ssl=False,
    encryption_master_key_base64=base64.b64encode(os.urandom(32)).decode(),
)


class Webhooks:
    """Keeps every event that came with a valid signature, and counts those that did not."""

    def __init__(self):
        self.invalid = 0
        self._events = queue.Queue()
        address = ("127.0.0.1", int(os.environ["WEBHOOK_PORT"]))
        self._server = ThreadingHTTPServer(address, self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def told(self, name, channel):
        """The next event of that kind about that channel, passing others over."""
        while True:
            event = self._events.get(timeout=PATIENCE)
            if (event["name"], event["channel"]) == (name, channel):
                return event

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _receive(self, headers, body):
        webhook = library.validate_webhook(headers["X-Pusher-Key"], headers["X-Pusher-Signature"], body)
        if webhook is None:
            self.invalid += 1
            return 401
        for event in webhook["events"]:
            self._events.put(event)
        return 200

    def _handler(self):
        receive = self._receive

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.send_response(receive(self.headers, body))
                self.end_headers()

            def log_message(self, *_):
                pass

        return Handler
