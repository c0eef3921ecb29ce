package campanile;

import static campanile.AppServer.text;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;

class WebhooksTest {
    private final AppServer server = AppServer.INSTANCE;

    @Test
    void webhooksTellWhatHappensAndAreValid() {
        String channel = "presence-j-hooked";
        try (Device seven = Device.connect("user", "7").subscribe(channel)) {
            server.told("channel_occupied", channel);
            assertEquals("7", text(server.told("member_added", channel), "user_id"));
            seven.presence(channel).trigger("client-typing", "{\"fast\":true}");
            JsonObject event = server.told("client_event", channel);
            assertEquals("client-typing", text(event, "event"));
            assertEquals("{\"fast\":true}", text(event, "data"));
            assertEquals("7", text(event, "user_id"));
            assertEquals(seven.socketId(), text(event, "socket_id"));
        }
        assertEquals("7", text(server.told("member_removed", channel), "user_id"));
        server.told("channel_vacated", channel);
        assertEquals(0, server.invalidWebhooks.get());
    }
}
