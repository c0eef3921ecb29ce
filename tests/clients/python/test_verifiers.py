"""Webhooks against the verifiers that receivers use: PyPI `pusher` for Pusher's signature, PyPI
`standardwebhooks` for the endpoint's own, before and while its secret is exchanged."""

import json
import unittest
import urllib.request

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from environment import APP_ID, HOST, MANAGEMENT_TOKEN, PORT, WEBHOOK_ID, WEBHOOK_SECRET
from socket_client import Socket
from test_pusher import stock_client
from webhook_server import WebhookServer


def rotate_secret():
    """Exchanges the endpoint's secret and returns the new one."""
    url = f"http://{HOST}:{PORT}/api/v1/apps/{APP_ID}/webhooks/{WEBHOOK_ID}/rotate-secret"
    request = urllib.request.Request(url, method="POST")
    request.add_header("Authorization", f"Bearer {MANAGEMENT_TOKEN}")
    with urllib.request.urlopen(request) as response:
        return json.load(response)["signing_secret"]


def accepts(headers, body, secret):
    try:
        Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
        return True
    except WebhookVerificationError:
        return False


def accepts_pusher(headers, body):
    signature = (headers["X-Pusher-Key"], headers["X-Pusher-Signature"])
    return stock_client().validate_webhook(*signature, body) is not None


class Verifiers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.webhooks = WebhookServer()

    @classmethod
    def tearDownClass(cls):
        cls.webhooks.close()

    def request_about(self, channel):
        socket = Socket()
        self.addCleanup(socket.close)
        socket.subscribe(channel)
        while True:
            headers, body = self.webhooks.next()
            if f'"{channel}"' in body:
                return headers, body

    def test_both_accept_what_is_sent_then_either_secret_while_it_is_exchanged(self):
        headers, body = self.request_about("py-verified")
        self.assertTrue(accepts(headers, body, WEBHOOK_SECRET))
        self.assertTrue(accepts_pusher(headers, body))
        self.assertFalse(accepts(headers, body + " ", WEBHOOK_SECRET), "an altered body is refused")

        new = rotate_secret()
        headers, body = self.request_about("py-verified-twice")
        self.assertTrue(accepts(headers, body, WEBHOOK_SECRET), "the previous secret")
        self.assertTrue(accepts(headers, body, new), "the new secret")
        self.assertTrue(accepts_pusher(headers, body), "the signature of the app is as before")
        self.assertFalse(accepts(headers, body, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "no other secret")
        self.assertFalse(accepts(headers, body + " ", new))


if __name__ == "__main__":
    unittest.main()
