package campanile;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Things that arrive one by one, and tests that wait for the next one that fits. */
final class Waiting<T> {
    private final List<T> arrived = new ArrayList<>();

    synchronized void push(T item) {
        arrived.add(item);
        notifyAll();
    }

    /** Takes the first that fits, passing others over. */
    synchronized T next(String what, Predicate<T> fits) {
        long deadline = System.nanoTime() + Environment.PATIENCE.toNanos();
        while (true) {
            for (T item : arrived) {
                if (fits.test(item)) {
                    arrived.remove(item);
                    return item;
                }
            }
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return fail(what + " did not come; in its place: " + arrived);
            }
            try {
                wait(left);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
    }

    /** Whether anything that fits has arrived and nobody took it. */
    synchronized boolean has(Predicate<T> fits) {
        return arrived.stream().anyMatch(fits);
    }
}
