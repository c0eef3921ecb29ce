package campanile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.pusher.client.channel.User;
import com.pusher.rest.Pusher;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PresenceTest {
    private final Pusher library = AppServer.INSTANCE.library;

    private static Set<String> ids(Device device, String channel) {
        return device.presence(channel).getUsers().stream().map(User::getId).collect(Collectors.toSet());
    }

    @Test
    void membersSeeEachOtherComeAndGo() {
        String channel = "presence-j";
        try (Device alice = Device.connect("user", "alice").subscribe(channel)) {
            assertEquals(new User("alice", "{\"name\":\"Name of alice\"}"), alice.presence(channel).getMe());
            try (Device bob = Device.connect("user", "bob").subscribe(channel)) {
                assertEquals(Set.of("alice", "bob"), ids(bob, channel));
                Device.Happening joined = alice.next("joined", channel);
                assertEquals("bob", joined.user());
                assertEquals("{\"name\":\"Name of bob\"}", joined.data());
            }
            assertEquals("bob", alice.next("left", channel).user());
            assertEquals(Set.of("alice"), ids(alice, channel));
        }
    }

    @Test
    void aNumericUserIdNamesAMember() {
        String channel = "presence-j-numbers";
        try (Device seven = Device.connect("user", "7").subscribe(channel)) {
            assertEquals(Set.of("7"), ids(seven, channel));
            try (Device eight = Device.connect("user", "8").subscribe(channel)) {
                assertEquals(Set.of("7", "8"), ids(eight, channel));
                assertEquals("8", seven.next("joined", channel).user());
            }
            assertEquals("8", seven.next("left", channel).user());
        }
    }

    @Test
    void aSecondConnectionOfAUserIsNoSecondMember() {
        String channel = "presence-j-twice";
        try (Device watcher = Device.connect("user", "watcher").subscribe(channel);
                Device phone = Device.connect("user", "carol").subscribe(channel);
                Device laptop = Device.connect("user", "carol").subscribe(channel)) {
            assertEquals(Set.of("watcher", "carol"), ids(laptop, channel));
            assertEquals("carol", watcher.next("joined", channel).user());
            phone.client.unsubscribe(channel);
            phone.subscribe("j-fence");
            AppServer.success(library.trigger(channel, "fence", ""));
            watcher.next("fence", channel);
            assertEquals(false, watcher.has("left") || watcher.has("joined"));
            laptop.client.unsubscribe(channel);
            assertEquals("carol", watcher.next("left", channel).user());
        }
    }

    @Test
    void queriesDescribeWhoIsThere() {
        String channel = "presence-j-queried";
        try (Device phone = Device.connect("user", "ada").subscribe(channel);
                Device laptop = Device.connect("user", "ada").subscribe(channel)) {
            Map<String, String> counted = Map.of("filter_by_prefix", "presence-j-q", "info", "user_count");
            assertEquals(
                    AppServer.json("{\"channels\":{\"presence-j-queried\":{\"user_count\":1}}}"),
                    AppServer.success(library.get("/channels", counted)));
            Map<String, String> both = Map.of("info", "user_count,subscription_count");
            assertEquals(
                    AppServer.json("{\"occupied\":true,\"user_count\":1,\"subscription_count\":2}"),
                    AppServer.success(library.get("/channels/" + channel, both)));
            assertEquals(
                    AppServer.json("{\"users\":[{\"id\":\"ada\"}]}"),
                    AppServer.success(library.get("/channels/" + channel + "/users")));
            assertEquals(
                    AppServer.json("{\"occupied\":false}"), AppServer.success(library.get("/channels/j-nobody")));
        }
    }
}
