"""PyPI `pysher` at a tenant's users, with PyPI `pusher` on the tenant's server."""

import base64
import json
import unittest

from nacl.secret import SecretBox

from tenant import Webhooks, library
from user import SUBSCRIBED, User


class Pysher(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # From the first test on: an endpoint that is away would be tried later and later.
        cls.webhooks = Webhooks()

    @classmethod
    def tearDownClass(cls):
        cls.webhooks.close()

    def connect(self, *channels, **options):
        user = User.subscribed(*channels, **options)
        self.addCleanup(user.close)
        return user

    def join(self, channel, user_id):
        """Connects as a member, and returns who was there."""
        user = User(channel, user_data={"user_id": user_id, "user_info": {"name": f"Name of {user_id}"}})
        self.addCleanup(user.close)
        return user, user.members(channel)

    def sign_in(self, user_id):
        user = self.connect("py-lobby")
        signed = library.authenticate_user(user.socket_id, {"id": user_id})
        user.connection.send_event("pusher:signin", signed)
        answer = json.loads(user.next("pusher:signin_success"))
        self.assertEqual(json.loads(answer["user_data"]), {"id": user_id})
        user.pysher.subscribe(f"#server-to-user-{user_id}").bind("posted", user._keep, user_id, "posted")
        return user

    def test_it_connects_although_it_pings_at_once(self):
        user = User()
        self.addCleanup(user.close)
        user.next("pusher:pong")
        self.assertRegex(user.socket_id, r"^\d+\.\d+$")

    def test_an_event_on_a_public_channel_arrives_as_it_was_sent(self):
        user = self.connect("py-news")
        library.trigger("py-news", "posted", {"text": "Ding dong – 🔔"})
        self.assertEqual(json.loads(user.next("posted", "py-news")), {"text": "Ding dong – 🔔"})

    def test_many_channels_share_a_connection(self):
        names = ["py-many-1", "private-py-many", "py-many-2"]
        user = self.connect(*names)
        library.trigger(names, "posted", "to all")
        for name in names:
            self.assertEqual(user.next("posted", name), "to all")

    def test_a_private_channel_opens_to_whom_has_the_secret(self):
        user = self.connect("private-py")
        library.trigger("private-py", "posted", {"order": 7})
        self.assertEqual(json.loads(user.next("posted", "private-py")), {"order": 7})

    def test_a_wrong_signature_opens_nothing_and_the_connection_stays(self):
        user = User("private-py-closed", "py-open", secret="guessed")
        self.addCleanup(user.close)
        user.next(SUBSCRIBED, "py-open")
        library.trigger(["private-py-closed", "py-open"], "posted", "open")
        self.assertEqual(user.next_of("posted")[1], "open")
        library.trigger("py-open", "fence", "")
        self.assertEqual(user.next_of("posted", "fence")[0], "fence")

    def test_a_key_that_opens_no_app_is_refused_for_good(self):
        user = User(key="no-such-key")
        self.assertEqual(user.next("pusher:error")["code"], 4001)
        self.assertTrue(user.ended())

    def test_the_named_socket_is_left_out(self):
        author, reader = self.connect("py-echo"), self.connect("py-echo")
        library.trigger("py-echo", "posted", "by author", author.socket_id)
        library.trigger("py-echo", "fence", "")
        self.assertEqual(reader.next_of("posted", "fence"), ("posted", "by author"))
        self.assertEqual(author.next_of("posted", "fence")[0], "fence")

    def test_a_batch_keeps_its_order(self):
        user = self.connect("py-batch")
        library.trigger_batch([{"channel": "py-batch", "name": "posted", "data": str(n)} for n in range(3)])
        self.assertEqual([user.next("posted", "py-batch") for _ in range(3)], ["0", "1", "2"])

    def test_after_unsubscribing_nothing_more_comes(self):
        user = self.connect("py-off", "py-on")
        user.next("pusher:pong")
        user.unsubscribe("py-off")
        user.connection.send_ping()
        user.next("pusher:pong")
        library.trigger(["py-off", "py-on"], "fence", "")
        user.next("fence", "py-on")
        self.assertEqual(library.channel_info("py-off"), {"occupied": False})

    def test_a_client_event_reaches_the_others_and_not_its_sender(self):
        alice, bob = self.connect("private-py-typing"), self.connect("private-py-typing")
        alice.trigger("private-py-typing", "client-typing", {"who": "alice"})
        self.assertEqual(bob.next("client-typing", "private-py-typing"), {"who": "alice"})
        bob.trigger("private-py-typing", "client-typing", "bob")
        self.assertEqual(alice.next("client-typing", "private-py-typing"), "bob", "and not her own")

    def test_members_see_each_other_come_and_go(self):
        alice, here = self.join("presence-py", "alice")
        self.assertEqual(here, {"count": 1, "ids": ["alice"], "hash": {"alice": {"name": "Name of alice"}}})
        bob, here = self.join("presence-py", "bob")
        self.assertEqual(here["hash"]["alice"], {"name": "Name of alice"})
        added = json.loads(alice.next("pusher_internal:member_added", "presence-py"))
        self.assertEqual(added, {"user_id": "bob", "user_info": {"name": "Name of bob"}})
        bob.unsubscribe("presence-py")
        removed = json.loads(alice.next("pusher_internal:member_removed", "presence-py"))
        self.assertEqual(removed, {"user_id": "bob"})

    def test_a_numeric_user_id_stays_a_number(self):
        seven, here = self.join("presence-py-numbers", 7)
        self.assertEqual((here["ids"], list(here["hash"])), (["7"], ["7"]))
        self.join("presence-py-numbers", 8)
        added = json.loads(seven.next("pusher_internal:member_added", "presence-py-numbers"))
        self.assertEqual(added["user_id"], 8)
        users = library.users_info("presence-py-numbers")["users"]
        self.assertEqual(sorted(user["id"] for user in users), ["7", "8"])

    def test_queries_describe_channels(self):
        self.join("presence-py-queried", "alice")
        self.join("presence-py-queried", "alice")
        counted = library.channels_info("presence-py-q", ["user_count"])
        self.assertEqual(counted, {"channels": {"presence-py-queried": {"user_count": 1}}})
        described = library.channel_info("presence-py-queried", ["user_count", "subscription_count"])
        self.assertEqual(described, {"occupied": True, "user_count": 1, "subscription_count": 2})
        self.assertEqual(library.users_info("presence-py-queried"), {"users": [{"id": "alice"}]})

    def test_an_encrypted_event_arrives_encrypted(self):
        user = self.connect("private-encrypted-py")
        library.trigger("private-encrypted-py", "posted", {"page": 1})
        sealed = json.loads(user.next("posted", "private-encrypted-py"))
        secret = library.authenticate("private-encrypted-py", user.socket_id)["shared_secret"]
        nonce, text = (base64.b64decode(sealed[name]) for name in ("nonce", "ciphertext"))
        opened = SecretBox(base64.b64decode(secret)).decrypt(text, nonce)
        self.assertEqual(json.loads(opened), {"page": 1})

    def test_a_cache_channel_has_its_last_event_for_who_comes_later(self):
        for channel in ("cache-py", "private-cache-py"):
            library.trigger(channel, "posted", "first")
            library.trigger(channel, "posted", "last")
            user = self.connect(channel)
            self.assertEqual(user.next("posted", channel), "last")

    def test_an_empty_cache_channel_says_so_on_the_socket_and_by_webhook(self):
        user = self.connect("cache-py-empty")
        self.assertIsNone(user.next("pusher:cache_miss", "cache-py-empty"))
        self.webhooks.told("cache_miss", "cache-py-empty")
        cached = library.channel_info("cache-py-empty", ["cache"])
        self.assertEqual(cached, {"occupied": True, "cache": None})

    def test_subscribers_are_counted(self):
        user = self.connect("py-counted")
        count = json.loads(user.next("pusher_internal:subscription_count", "py-counted"))
        self.assertEqual(count, {"subscription_count": 1})

    def test_an_event_to_a_user_reaches_who_signed_in(self):
        user = self.sign_in("py-ada")
        library.send_to_user("py-ada", "posted", {"total": 9})
        self.assertEqual(json.loads(user.next("posted", "py-ada")), {"total": 9})

    def test_terminating_a_user_ends_their_connections(self):
        user = self.sign_in("py-bob")
        self.assertEqual(library.terminate_user_connections("py-bob"), {})
        self.assertEqual(user.next("pusher:error")["code"], 4009)
        self.assertTrue(user.ended())

    def test_webhooks_tell_what_happens_and_are_valid(self):
        user, _ = self.join("presence-py-hooked", 7)
        self.webhooks.told("channel_occupied", "presence-py-hooked")
        self.assertEqual(self.webhooks.told("member_added", "presence-py-hooked")["user_id"], "7")
        user.trigger("presence-py-hooked", "client-typing", {"fast": True})
        event = self.webhooks.told("client_event", "presence-py-hooked")
        told = (event["event"], event["user_id"], event["socket_id"], json.loads(event["data"]))
        self.assertEqual(told, ("client-typing", "7", user.socket_id, {"fast": True}))
        user.unsubscribe("presence-py-hooked")
        self.assertEqual(self.webhooks.told("member_removed", "presence-py-hooked")["user_id"], "7")
        self.webhooks.told("channel_vacated", "presence-py-hooked")
        self.assertEqual(self.webhooks.invalid, 0)


if __name__ == "__main__":
    unittest.main()
