package campanile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.pusher.rest.Pusher;
import com.pusher.rest.PusherAsync;
import com.pusher.rest.data.Event;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublishingTest {
    private final Pusher library = AppServer.INSTANCE.library;

    @Test
    void oneRequestPublishesToManyChannels() {
        List<String> channels = List.of("j-many-1", "private-j-many-2");
        try (Device reader = Device.connect().subscribe(channels.get(0)).subscribe(channels.get(1))) {
            AppServer.success(library.trigger(channels, "posted", List.of("to", "all")));
            for (String channel : channels) {
                assertEquals("[\"to\",\"all\"]", reader.next("posted", channel).data());
            }
        }
    }

    @Test
    void theNamedSocketIsLeftOut() {
        try (Device author = Device.connect().subscribe("j-echo");
                Device reader = Device.connect().subscribe("j-echo")) {
            AppServer.success(library.trigger("j-echo", "posted", "by author", author.socketId()));
            AppServer.success(library.trigger("j-echo", "fence", ""));
            reader.next("posted", "j-echo");
            author.next("fence", "j-echo");
            assertFalse(author.has("posted"));
        }
    }

    @Test
    void aBatchKeepsItsOrderAndMixesEncryptedWithPlain() {
        try (Device reader = Device.connect().subscribe("j-batch").subscribe("private-encrypted-j-batch")) {
            AppServer.success(library.trigger(List.of(
                    new Event("j-batch", "posted", 1),
                    new Event("private-encrypted-j-batch", "posted", 2),
                    new Event("j-batch", "posted", 3))));
            assertEquals("1", reader.next("posted", "j-batch").data());
            assertEquals("3", reader.next("posted", "j-batch").data());
            assertEquals("2", reader.next("posted", "private-encrypted-j-batch").data());
        }
    }

    @Test
    void theAsynchronousLibraryPublishesToo() throws Exception {
        try (PusherAsync async = new PusherAsync(Environment.APP_ID, Environment.KEY, Environment.SECRET);
                Device reader = Device.connect().subscribe("j-async")) {
            async.setHost(Environment.HOST + ":" + Environment.PORT);
            async.setEncrypted(false);
            AppServer.success(async.trigger("j-async", "posted", "later").get());
            assertEquals("\"later\"", reader.next("posted", "j-async").data());
        }
    }

    @Test
    void anotherSecretIsRefused() {
        assertEquals(401, AppServer.library("guessed").trigger("j-news", "posted", "x").getHttpStatus());
    }
}
