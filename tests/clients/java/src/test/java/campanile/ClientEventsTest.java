package campanile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ClientEventsTest {
    @Test
    void aClientEventReachesTheOthersAndNotItsSender() {
        String channel = "private-j-typing";
        try (Device alice = Device.connect().subscribe(channel);
                Device bob = Device.connect().subscribe(channel)) {
            alice.client.getPrivateChannel(channel).trigger("client-typing", "{\"who\":\"alice\"}");
            assertEquals("{\"who\":\"alice\"}", bob.next("client-typing", channel).data());
            bob.client.getPrivateChannel(channel).trigger("client-typing", "{\"who\":\"bob\"}");
            assertEquals("{\"who\":\"bob\"}", alice.next("client-typing", channel).data(), "and not her own");
        }
    }

    @Test
    void onAPresenceChannelItSaysWhoSentIt() {
        String channel = "presence-j-typing";
        try (Device alice = Device.connect("user", "alice").subscribe(channel);
                Device bob = Device.connect("user", "bob").subscribe(channel)) {
            alice.presence(channel).trigger("client-typing", "{}");
            assertEquals("alice", bob.next("client-typing", channel).user());
        }
    }
}
