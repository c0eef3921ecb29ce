"""A tenant's server, for webhooks."""

import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from environment import PATIENCE, WEBHOOK_PORT


class WebhookServer:
    """Keeps each delivery as `(headers, body)`."""

    def __init__(self):
        self._received = received = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.put((self.headers, body.decode()))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", WEBHOOK_PORT), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def next(self):
        return self._received.get(timeout=PATIENCE)

    def close(self):
        self._server.shutdown()
        self._server.server_close()
