// Runs where SockJS's client runs, in Node or in a page, as agent.js does for pusher-js.

/** `tell(client, topic, payload)` is called with plain values only. */
export function createSockJsAgent(SockJS, tell) {
  const clients = new Map();
  return {
    connect(client, url, options) {
      const socket = new SockJS(url, null, options);
      clients.set(client, socket);
      socket.onopen = () => tell(client, 'open', socket.transport);
      socket.onmessage = ({ data }) => tell(client, 'message', data);
      socket.onclose = ({ code, reason }) => tell(client, 'close', { code, reason });
    },

    send(client, text) {
      clients.get(client).send(text);
    },

    close(client) {
      clients.get(client).close();
    },
  };
}
