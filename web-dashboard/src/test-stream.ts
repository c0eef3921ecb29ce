/** An EventSource whose messages the test sends; stub it as the global of that name. */
export class FakeStream extends EventTarget {
  static readonly CLOSED = 2;
  static last: FakeStream;
  static opened: FakeStream[] = [];
  readyState = 1;
  closed = false;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    FakeStream.last = this;
    FakeStream.opened.push(this);
  }

  close() {
    this.closed = true;
  }

  send(type: string, data: unknown) {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
  }
}
