"""PyPI `pusher`, as a tenant's server uses it."""

import json
import unittest

import pusher

from environment import APP_ID, HOST, KEY, PORT, SECRET
from socket_client import Socket
from webhook_server import WebhookServer


def stock_client(secret=SECRET):
    return pusher.Pusher(app_id=APP_ID, key=KEY, secret=secret, host=HOST, port=PORT, ssl=False)


class StockLibrary(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # From the first test on: an endpoint that is away would be tried later and later.
        cls.webhooks = WebhookServer()

    @classmethod
    def tearDownClass(cls):
        cls.webhooks.close()

    def setUp(self):
        self.client = stock_client()

    def connect(self):
        socket = Socket()
        self.addCleanup(socket.close)
        return socket

    def join(self, channel, user):
        socket = self.connect()
        member = {"user_id": user, "user_info": {"name": user.title()}}
        auth = self.client.authenticate(channel=channel, socket_id=socket.socket_id, custom_data=member)
        return socket, socket.subscribe(channel, auth)

    def test_an_event_arrives_as_it_was_sent(self):
        socket = self.connect()
        socket.subscribe("py-news")
        self.client.trigger("py-news", "posted", {"text": "Ding dong – 🔔"})
        frame = socket.next("posted")
        self.assertEqual(frame["channel"], "py-news")
        self.assertEqual(json.loads(frame["data"]), {"text": "Ding dong – 🔔"})

    def test_the_named_socket_is_left_out(self):
        socket = self.connect()
        socket.subscribe("py-echo")
        self.client.trigger("py-echo", "written", "by me", socket.socket_id)
        self.client.trigger("py-echo", "fence", "for all")
        socket.next("fence")

    def test_a_batch_keeps_its_order(self):
        socket = self.connect()
        socket.subscribe("py-batch")
        self.client.trigger_batch(
            [
                {"channel": "py-batch", "name": "first", "data": "1"},
                {"channel": "py-batch", "name": "second", "data": "2"},
            ]
        )
        socket.next("first")
        socket.next("second")

    def test_authenticate_opens_private_and_presence_channels(self):
        socket = self.connect()
        socket.subscribe("private-py", self.client.authenticate("private-py", socket.socket_id))
        _, answer = self.join("presence-py", "ada")
        presence = json.loads(answer["data"])["presence"]
        self.assertEqual(presence["ids"], ["ada"])
        self.assertEqual(presence["hash"], {"ada": {"name": "Ada"}})

    def test_channels_info_lists_occupied_channels(self):
        self.join("presence-py-list", "ada")
        self.join("presence-py-list", "bob")
        info = self.client.channels_info("presence-py-l", ["user_count"])
        self.assertEqual(info, {"channels": {"presence-py-list": {"user_count": 2}}})

    def test_channel_info_describes_one(self):
        self.join("presence-py-one", "ada")
        info = self.client.channel_info("presence-py-one", ["user_count"])
        self.assertEqual(info, {"occupied": True, "user_count": 1})
        self.assertEqual(self.client.channel_info("py-nobody"), {"occupied": False})

    def test_users_info_names_each_user_once(self):
        self.join("presence-py-users", "ada")
        self.join("presence-py-users", "ada")
        self.assertEqual(self.client.users_info("presence-py-users"), {"users": [{"id": "ada"}]})

    def test_another_secret_is_refused(self):
        with self.assertRaises(pusher.errors.PusherBadAuth):
            stock_client("guessed").trigger("py-news", "posted", {})

    def test_validate_webhook_accepts_what_is_sent(self):
        socket = self.connect()
        socket.subscribe("py-hooked")
        while True:
            headers, body = self.webhooks.next()
            signature = (headers["X-Pusher-Key"], headers["X-Pusher-Signature"])
            webhook = self.client.validate_webhook(*signature, body)
            self.assertIsNotNone(webhook, "the signature is valid")
            told = [(event["name"], event["channel"]) for event in webhook["events"]]
            if ("channel_occupied", "py-hooked") in told:
                break
        self.assertIsNone(self.client.validate_webhook(*signature, body + " "), "an altered body is refused")


if __name__ == "__main__":
    unittest.main()
