import { pusherJsOptions } from './browser';
import { quote, type Connection } from './connection';
import type { Snippet } from './snippet';

/** Private and presence channels: the application's own server decides who may join. */
export function authorizeSnippets(connection: Connection): Snippet[] {
  return [express(connection), flask(connection), browser(connection)];
}

function express({ appId, key, secret, host, port, tls }: Connection): Snippet {
  return {
    id: 'express',
    label: 'Node (Express)',
    language: 'js',
    file: 'auth.cjs',
    install: 'npm install express pusher',
    run: 'node auth.cjs',
    usesSecret: true,
    code: `const express = require('express');
const Pusher = require('pusher');

const pusher = new Pusher({
  appId: ${quote(appId)},
  key: ${quote(key)},
  secret: ${quote(secret)},
  host: ${quote(host)},
  port: ${port},
  useTLS: ${tls},
});

const app = express();
app.use(express.urlencoded({ extended: false }));
app.use(express.static('public')); // your pages, so that they share this origin

app.post('/pusher/auth', (req, res) => {
  const { socket_id: socketId, channel_name: channel } = req.body;

  // Replace these two lines with your session, and with a check of this user's right to the channel.
  const user = { id: 'user-1', name: 'Test user' };
  if (!user) return res.status(403).send('Forbidden');

  const presence = { user_id: user.id, user_info: { name: user.name } };
  const isPresence = channel.startsWith('presence-');
  res.send(pusher.authorizeChannel(socketId, channel, isPresence ? presence : undefined));
});

app.listen(3000, () => console.log('Listening on http://localhost:3000'));
`,
  };
}

function flask({ appId, key, secret, host, port, tls }: Connection): Snippet {
  return {
    id: 'flask',
    label: 'Python (Flask)',
    language: 'python',
    file: 'auth.py',
    install: 'pip install flask pusher',
    run: 'python auth.py',
    usesSecret: true,
    code: `import pusher
from flask import Flask, abort, jsonify, request

client = pusher.Pusher(
    app_id=${quote(appId)},
    key=${quote(key)},
    secret=${quote(secret)},
    host=${quote(host)},
    port=${port},
    ssl=${tls ? 'True' : 'False'},
)

# Pages in ./public share this origin.
app = Flask(__name__, static_folder='public', static_url_path='')


@app.post('/pusher/auth')
def authorize():
    channel = request.form['channel_name']
    socket_id = request.form['socket_id']

    # Replace these lines with your session, and with a check of this user's right to the channel.
    user = {'id': 'user-1', 'name': 'Test user'}
    if user is None:
        abort(403)

    presence = None
    if channel.startswith('presence-'):
        presence = {'user_id': user['id'], 'user_info': {'name': user['name']}}
    return jsonify(client.authenticate(channel=channel, socket_id=socket_id, custom_data=presence))


if __name__ == '__main__':
    app.run(port=3000)
`,
  };
}

function browser(connection: Connection): Snippet {
  const options = pusherJsOptions(connection, [
    "channelAuthorization: { endpoint: '/pusher/auth', transport: 'ajax' },",
  ]);
  return {
    id: 'browser',
    label: 'In the browser',
    language: 'js',
    file: 'private.js',
    install: 'npm install pusher-js',
    usesSecret: false,
    code: `import Pusher from 'pusher-js';

const pusher = new Pusher(${quote(connection.key)}, ${options});

const channel = pusher.subscribe('private-my-channel');
channel.bind('pusher:subscription_error', (error) => console.error(error));
channel.bind('my-event', (data) => console.log(data));
`,
  };
}
