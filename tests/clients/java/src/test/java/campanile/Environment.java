package campanile;

import java.time.Duration;

/** All that {@code with-platform} tells about the platform. */
final class Environment {
    static final String HOST = required("PLATFORM_HOST");
    static final int PORT = Integer.parseInt(required("PLATFORM_PORT"));
    static final String APP_ID = required("APP_ID");
    static final String KEY = required("APP_KEY");
    static final String SECRET = required("APP_SECRET");
    static final int WEBHOOK_PORT = Integer.parseInt(required("WEBHOOK_PORT"));

    /** How long anything may take that must happen. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private Environment() {}

    private static String required(String name) {
        String value = System.getenv(name);
        if (value == null) {
            throw new IllegalStateException(name + " is not set; run this suite by with-platform");
        }
        return value;
    }
}
