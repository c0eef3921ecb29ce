package campanile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.pusher.client.channel.impl.BaseChannel;
import com.pusher.rest.Pusher;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChannelsTest {
    private final Pusher library = AppServer.INSTANCE.library;

    @Test
    void anEventOnAPublicChannelArrivesAsItWasSent() {
        try (Device reader = Device.connect().subscribe("j-news")) {
            AppServer.success(library.trigger("j-news", "posted", Map.of("text", "Ding dong – 🔔")));
            assertEquals("{\"text\":\"Ding dong – 🔔\"}", reader.next("posted", "j-news").data());
            assertTrue(reader.socketId().matches("\\d+\\.\\d+"));
        }
    }

    @Test
    void aPrivateChannelOpensToWhomTheTenantLetsIn() {
        try (Device reader = Device.connect().subscribe("private-j")) {
            AppServer.success(library.trigger("private-j", "posted", Map.of("order", 7)));
            assertEquals("{\"order\":7}", reader.next("posted", "private-j").data());
        }
    }

    @Test
    void aRefusalOfTheTenantReachesTheClient() {
        try (Device intruder = Device.connectRefused()) {
            intruder.ask("private-j-closed");
            intruder.next("refused", null);
        }
    }

    @Test
    void anEncryptedEventIsReadByWhoHasTheSecret() {
        try (Device reader = Device.connect().subscribe("private-encrypted-j")) {
            AppServer.success(library.trigger("private-encrypted-j", "posted", Map.of("page", 1)));
            assertEquals("{\"page\":1}", reader.next("posted", "private-encrypted-j").data());
        }
    }

    @Test
    void aCacheChannelHasItsLastEventForWhoComesLater() {
        for (String kind : List.of("cache-", "private-cache-", "private-encrypted-cache-", "presence-cache-")) {
            String channel = kind + "j";
            AppServer.success(library.trigger(channel, "posted", "first"));
            AppServer.success(library.trigger(channel, "posted", "last"));
            try (Device late = Device.connect("user", "ada").subscribe(channel)) {
                assertEquals("last", late.next("posted", channel).data().replace("\"", ""));
                assertFalse(late.has("pusher:cache_miss"));
            }
        }
    }

    @Test
    void anEmptyCacheChannelMisses() {
        try (Device reader = Device.connect().subscribe("cache-j-empty")) {
            reader.next("pusher:cache_miss", "cache-j-empty");
            AppServer.INSTANCE.told("cache_miss", "cache-j-empty");
        }
    }

    @Test
    void subscribersAreCounted() {
        try (Device first = Device.connect().subscribe("j-counted")) {
            first.next("pusher:subscription_count", "j-counted");
            try (Device second = Device.connect().subscribe("j-counted")) {
                second.next("pusher:subscription_count", "j-counted");
                assertEquals(2, ((BaseChannel) second.client.getChannel("j-counted")).getCount());
            }
            first.next("pusher:subscription_count", "j-counted");
        }
    }

    @Test
    void afterUnsubscribingNothingMoreComes() {
        try (Device reader = Device.connect().subscribe("j-off").subscribe("j-on")) {
            reader.client.unsubscribe("j-off");
            reader.subscribe("j-fence");
            AppServer.success(library.trigger(List.of("j-off", "j-on"), "fence", ""));
            reader.next("fence", "j-on");
            AppServer.success(library.trigger("j-on", "posted", ""));
            reader.next("posted", "j-on");
            assertFalse(reader.has("fence"));
        }
    }

    @Test
    void aKeyThatOpensNoAppIsRefusedForGood() {
        try (Device lost = Device.open("no-such-key")) {
            assertEquals("4001", lost.next("error", null).data());
            lost.next("DISCONNECTED", null);
        }
    }
}
