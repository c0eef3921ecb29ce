// Runs where pusher-js runs, in Node or in a page. It does what it is told and tells all that happens:
// the same tests drive it in both places.

/** `tell(client, topic, payload)` is called with plain values only. */
export function createAgent(Pusher, tell) {
  const clients = new Map();
  const channel = (client, name) => clients.get(client).channel(name);
  const plain = (value) => (value === undefined ? null : JSON.parse(JSON.stringify(value)));

  return {
    connect(client, key, options) {
      const pusher = new Pusher(key, options);
      clients.set(client, pusher);
      pusher.connection.bind('connected', () => tell(client, 'connected', pusher.connection.socket_id));
      pusher.connection.bind('disconnected', () => tell(client, 'disconnected', null));
      // What the platform says comes as it is, what the connection makes of a refusal wrapped.
      pusher.connection.bind('error', ({ data, error }) => tell(client, 'errors', plain(data ?? error?.data)));
      pusher.bind('pusher:signin_success', (data) => tell(client, 'sign-in', plain(data)));
      pusher.user.bind_global((event, data) => tell(client, 'user', { event, data: plain(data) }));
      pusher.user.watchlist.bind_global((event, data) => tell(client, 'watchlist', { event, data: plain(data) }));
    },

    transport(client) {
      return clients.get(client).connection.connection.transport.name;
    },

    subscribe(client, name) {
      const it = clients.get(client).subscribe(name);
      it.bind_global((event, data) => tell(client, name, { event, data: plain(data) }));
      it.bind('client-greeting', (_, { user_id: sender } = {}) => tell(client, `sender on ${name}`, sender ?? null));
    },

    unsubscribe(client, name) {
      clients.get(client).unsubscribe(name);
    },

    trigger(client, name, event, data) {
      return channel(client, name).trigger(event, data);
    },

    members(client, name) {
      const { members } = channel(client, name);
      const all = [];
      members.each((member) => all.push(member));
      return plain({ count: members.count, me: members.me, myID: members.myID, all });
    },

    member(client, name, id) {
      return plain(channel(client, name).members.get(id));
    },

    subscriptionCount(client, name) {
      return channel(client, name).subscriptionCount;
    },

    signIn(client) {
      clients.get(client).signin();
    },

    disconnect(client) {
      clients.get(client).disconnect();
    },
  };
}
