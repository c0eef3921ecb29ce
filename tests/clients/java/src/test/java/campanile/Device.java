package campanile;

import com.pusher.client.Pusher;
import com.pusher.client.PusherOptions;
import com.pusher.client.channel.PresenceChannel;
import com.pusher.client.channel.PresenceChannelEventListener;
import com.pusher.client.channel.PrivateEncryptedChannelEventListener;
import com.pusher.client.channel.PusherEvent;
import com.pusher.client.channel.User;
import com.pusher.client.connection.ConnectionEventListener;
import com.pusher.client.connection.ConnectionState;
import com.pusher.client.connection.ConnectionStateChange;
import com.pusher.client.util.HttpChannelAuthorizer;
import com.pusher.client.util.HttpUserAuthenticator;
import com.pusher.client.util.UrlEncodedConnectionFactory;
import java.util.Map;
import java.util.Set;

/** What a tenant's user has: a stock client, and all that happens to it. */
final class Device implements AutoCloseable {
    /** The client has to be told names; these are what the tests wait for. */
    private static final String[] EVENTS = {
        "posted", "fence", "client-typing", "pusher:cache_miss", "pusher:subscription_count",
    };

    final Pusher client;
    private final Waiting<Happening> happenings = new Waiting<>();

    /** Something that happened to the connection ({@code channel} is null) or on a channel. */
    record Happening(String what, String channel, String data, String user) {}

    private Device(String key, String channelAuthorization, Map<String, String> params) {
        AppServer server = AppServer.INSTANCE;
        HttpChannelAuthorizer authorizer =
                new HttpChannelAuthorizer(server.url(channelAuthorization), new UrlEncodedConnectionFactory(params));
        HttpUserAuthenticator authenticator =
                new HttpUserAuthenticator(server.url("/pusher/user-auth"), new UrlEncodedConnectionFactory(params));
        PusherOptions options = new PusherOptions();
        options.setHost(Environment.HOST).setWsPort(Environment.PORT).setUseTLS(false);
        options.setChannelAuthorizer(authorizer).setUserAuthenticator(authenticator);
        client = new Pusher(key, options);
        client.connect(new OnConnection(), ConnectionState.ALL);
    }

    /** One that has begun to connect. */
    static Device open(String key) {
        return new Device(key, "/pusher/auth", Map.of());
    }

    /** A connected one; {@code params} are names and values for the app server. */
    static Device connect(String... params) {
        return connected(new Device(Environment.KEY, "/pusher/auth", pairs(params)));
    }

    /** A connected one of a user whom the tenant lets in nowhere. */
    static Device connectRefused() {
        return connected(new Device(Environment.KEY, "/pusher/refuse", Map.of()));
    }

    private static Device connected(Device device) {
        device.next("CONNECTED", null);
        return device;
    }

    private static Map<String, String> pairs(String... params) {
        return params.length == 0 ? Map.of() : Map.of(params[0], params[1]);
    }

    String socketId() {
        return client.getConnection().getSocketId();
    }

    /** Asks for a channel by the method of its kind. */
    void ask(String channel) {
        OnChannel listener = new OnChannel();
        if (channel.startsWith("private-encrypted-")) {
            client.subscribePrivateEncrypted(channel, listener, EVENTS);
        } else if (channel.startsWith("private-")) {
            client.subscribePrivate(channel, listener, EVENTS);
        } else if (channel.startsWith("presence-")) {
            client.subscribePresence(channel, listener, EVENTS);
        } else {
            client.subscribe(channel, listener, EVENTS);
        }
    }

    Device subscribe(String channel) {
        ask(channel);
        next("subscribed", channel);
        return this;
    }

    PresenceChannel presence(String channel) {
        return client.getPresenceChannel(channel);
    }

    Happening next(String what, String channel) {
        return happenings.next(
                what + " on " + channel, it -> it.what.equals(what) && (channel == null || channel.equals(it.channel)));
    }

    boolean has(String what) {
        return happenings.has(it -> it.what.equals(what));
    }

    /** Binds an event that is sent to the user. */
    void bindUser(String event) {
        client.user().bind(event, it -> push(it.getEventName(), "user", it.getData(), null));
    }

    @Override
    public void close() {
        client.disconnect();
    }

    private void push(String what, String channel, String data, String user) {
        happenings.push(new Happening(what, channel, data, user));
    }

    private final class OnConnection implements ConnectionEventListener {
        @Override
        public void onConnectionStateChange(ConnectionStateChange change) {
            push(change.getCurrentState().name(), null, null, null);
        }

        @Override
        public void onError(String message, String code, Exception exception) {
            push("error", null, code, null);
        }
    }

    private final class OnChannel implements PresenceChannelEventListener, PrivateEncryptedChannelEventListener {
        @Override
        public void onEvent(PusherEvent event) {
            // The client cannot say that an event has no data.
            String data = event.getEventName().equals("pusher:cache_miss") ? null : event.getData();
            push(event.getEventName(), event.getChannelName(), data, event.getUserId());
        }

        @Override
        public void onSubscriptionSucceeded(String channel) {
            // A presence channel tells its users in place of this.
            if (!channel.startsWith("presence-")) {
                push("subscribed", channel, null, null);
            }
        }

        @Override
        public void onAuthenticationFailure(String message, Exception exception) {
            push("refused", null, message, null);
        }

        @Override
        public void onDecryptionFailure(String event, String reason) {
            push("undecryptable", null, reason, null);
        }

        @Override
        public void onUsersInformationReceived(String channel, Set<User> users) {
            push("subscribed", channel, null, null);
        }

        @Override
        public void userSubscribed(String channel, User user) {
            push("joined", channel, user.getInfo(), user.getId());
        }

        @Override
        public void userUnsubscribed(String channel, User user) {
            push("left", channel, user.getInfo(), user.getId());
        }
    }
}
