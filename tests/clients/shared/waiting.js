import { PATIENCE_MS } from './environment.js';

/** Characters of what arrived in place of what was waited for. */
const MOST_SHOWN = 2_000;

/** Things that arrive one by one, and tests that wait for the next one that fits. */
export class Waiting {
  #arrived = [];
  #waiters = [];

  push(item) {
    const index = this.#waiters.findIndex(({ fits }) => fits(item));
    if (index === -1) this.#arrived.push(item);
    else this.#waiters.splice(index, 1)[0].resolve(item);
  }

  /** Takes the first that fits, passing others over. */
  next(what, fits = () => true) {
    const index = this.#arrived.findIndex(fits);
    if (index !== -1) return Promise.resolve(this.#arrived.splice(index, 1)[0]);
    return new Promise((resolve, reject) => {
      const waiter = { fits, resolve: (item) => (clearTimeout(timer), resolve(item)) };
      const timer = setTimeout(() => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        const others = JSON.stringify(this.#arrived).slice(0, MOST_SHOWN);
        reject(new Error(`${what} did not come; in its place: ${others}`));
      }, PATIENCE_MS);
      this.#waiters.push(waiter);
    });
  }

  /** What has arrived and nobody took. */
  get left() {
    return this.#arrived;
  }
}
