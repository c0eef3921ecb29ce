package campanile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.pusher.rest.Pusher;
import org.junit.jupiter.api.Test;

class UsersTest {
    private final Pusher library = AppServer.INSTANCE.library;

    /** The client does not tell when it is signed in, but from then on it hears what is sent to the user. */
    private Device signedIn(String id) throws InterruptedException {
        Device device = Device.connect("signs_in_as", id);
        device.bindUser("invoiced");
        device.client.signin();
        long deadline = System.nanoTime() + Environment.PATIENCE.toNanos();
        while (device.client.user().userId() == null && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        assertEquals(id, device.client.user().userId());
        return device;
    }

    /** The library has no method for this either; it signs what it is given. */
    private void sendTo(String user, String event, String data) {
        JsonArray channels = new JsonArray();
        channels.add("#server-to-user-" + user);
        JsonObject body = new JsonObject();
        body.addProperty("name", event);
        body.addProperty("data", data);
        body.add("channels", channels);
        AppServer.success(library.post("/events", body.toString()));
    }

    @Test
    void anEventToAUserReachesEachOfTheirConnections() throws InterruptedException {
        try (Device phone = signedIn("j-ada");
                Device laptop = signedIn("j-ada")) {
            sendTo("j-ada", "invoiced", "{\"total\":9}");
            assertEquals("{\"total\":9}", phone.next("invoiced", "user").data());
            assertEquals("{\"total\":9}", laptop.next("invoiced", "user").data());
        }
    }

    @Test
    void terminatingAUserEndsTheirConnectionsAndNoOthers() throws InterruptedException {
        try (Device bob = signedIn("j-bob");
                Device bystander = signedIn("j-bystander")) {
            AppServer.success(library.post("/users/j-bob/terminate_connections", "{}"));
            assertEquals("4009", bob.next("error", null).data());
            bob.next("DISCONNECTED", null);
            sendTo("j-bystander", "invoiced", "1");
            bystander.next("invoiced", "user");
        }
    }
}
