package campanile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.pusher.rest.Pusher;
import com.pusher.rest.SignatureUtil;
import com.pusher.rest.data.PresenceUser;
import com.pusher.rest.data.Result;
import com.pusher.rest.data.Validity;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.security.SecureRandom;

/**
 * What a tenant's own server does with the stock library: authorizes channels, tells who a user is,
 * receives webhooks. It listens from the first test to the last: a webhook endpoint that is away would
 * be tried later and later.
 */
final class AppServer {
    static final AppServer INSTANCE = new AppServer();

    final Pusher library = library(Environment.SECRET);
    final Waiting<JsonObject> webhookEvents = new Waiting<>();
    final AtomicInteger invalidWebhooks = new AtomicInteger();

    private AppServer() {
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress("127.0.0.1", Environment.WEBHOOK_PORT), 0);
            http.createContext("/webhooks", this::receive);
            http.createContext("/pusher/auth", exchange -> answer(exchange, 200, authorize(form(exchange))));
            http.createContext("/pusher/user-auth", exchange -> answer(exchange, 200, signIn(form(exchange))));
            http.createContext("/pusher/refuse", exchange -> answer(exchange, 403, "Forbidden"));
            http.setExecutor(Executors.newCachedThreadPool(task -> {
                Thread thread = new Thread(task);
                thread.setDaemon(true);
                return thread;
            }));
            http.start();
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    static Pusher library(String secret) {
        byte[] masterKey = new byte[32];
        new SecureRandom().nextBytes(masterKey);
        String encoded = Base64.getEncoder().encodeToString(masterKey);
        Pusher library = new Pusher(Environment.APP_ID, Environment.KEY, secret, encoded);
        library.setHost(Environment.HOST + ":" + Environment.PORT);
        library.setEncrypted(false);
        return library;
    }

    /** The body of an answer that must be a success. */
    static JsonElement success(Result result) {
        assertEquals(200, result.getHttpStatus(), result.getMessage());
        return JsonParser.parseString(result.getMessage());
    }

    static JsonElement json(String text) {
        return JsonParser.parseString(text);
    }

    String url(String path) {
        return "http://127.0.0.1:" + Environment.WEBHOOK_PORT + path;
    }

    /** The next webhook of that kind about that channel. */
    JsonObject told(String name, String channel) {
        return webhookEvents.next(
                "the webhook " + name + " of " + channel,
                event -> text(event, "name").equals(name) && text(event, "channel").equals(channel));
    }

    static String text(JsonObject object, String name) {
        return object.get(name).getAsString();
    }

    /** {@code user} says who connects, digits are a number. */
    private String authorize(Map<String, String> form) {
        String socket = form.get("socket_id");
        String channel = form.get("channel_name");
        if (!channel.startsWith("presence-") || !form.containsKey("user")) {
            return library.authenticate(socket, channel);
        }
        String user = form.get("user");
        Map<String, String> info = Map.of("name", "Name of " + user);
        boolean isNumber = user.chars().allMatch(Character::isDigit);
        PresenceUser member = isNumber ? new PresenceUser(Long.valueOf(user), info) : new PresenceUser(user, info);
        return library.authenticate(socket, channel, member);
    }

    /** The library cannot do this yet, so it is done by hand. */
    private String signIn(Map<String, String> form) {
        JsonObject user = new JsonObject();
        user.addProperty("id", form.get("signs_in_as"));
        String signed = form.get("socket_id") + "::user::" + user;
        JsonObject answer = new JsonObject();
        answer.addProperty("auth", Environment.KEY + ":" + SignatureUtil.sign(signed, Environment.SECRET));
        answer.addProperty("user_data", user.toString());
        return answer.toString();
    }

    private void receive(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String key = exchange.getRequestHeaders().getFirst("X-Pusher-Key");
        String signature = exchange.getRequestHeaders().getFirst("X-Pusher-Signature");
        if (library.validateWebhookSignature(key, signature, body) != Validity.VALID) {
            invalidWebhooks.incrementAndGet();
            answer(exchange, 401, "");
            return;
        }
        json(body).getAsJsonObject().getAsJsonArray("events").forEach(it -> webhookEvents.push(it.getAsJsonObject()));
        answer(exchange, 200, "");
    }

    private static Map<String, String> form(HttpExchange exchange) throws IOException {
        Map<String, String> form = new HashMap<>();
        for (String pair : new String(exchange.getRequestBody().readAllBytes(), UTF_8).split("&")) {
            String[] parts = pair.split("=", 2);
            form.put(parts[0], URLDecoder.decode(parts[1], UTF_8));
        }
        return form;
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
