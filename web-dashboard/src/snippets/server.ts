import { CHANNEL, CLUSTER, EVENT, quote, type Connection } from './connection';
import type { Snippet } from './snippet';

export function serverSnippets(connection: Connection): Snippet[] {
  return [node, python, php, ruby, go, env].map((build) => build(connection));
}

function node({ appId, key, secret, host, port, tls }: Connection): Snippet {
  return {
    id: 'node',
    label: 'Node',
    language: 'js',
    file: 'trigger.cjs',
    install: 'npm install pusher',
    run: 'node trigger.cjs',
    usesSecret: true,
    code: `const Pusher = require('pusher');

const pusher = new Pusher({
  appId: ${quote(appId)},
  key: ${quote(key)},
  secret: ${quote(secret)},
  host: ${quote(host)},
  port: ${port},
  useTLS: ${tls},
});

pusher
  .trigger('${CHANNEL}', '${EVENT}', { message: 'hello world' })
  .then(() => console.log('Sent ${EVENT} to ${CHANNEL}'))
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
`,
  };
}

function python({ appId, key, secret, host, port, tls }: Connection): Snippet {
  return {
    id: 'python',
    label: 'Python',
    language: 'python',
    file: 'trigger.py',
    install: 'pip install pusher',
    run: 'python trigger.py',
    usesSecret: true,
    code: `import pusher

client = pusher.Pusher(
    app_id=${quote(appId)},
    key=${quote(key)},
    secret=${quote(secret)},
    host=${quote(host)},
    port=${port},
    ssl=${tls ? 'True' : 'False'},
)

client.trigger('${CHANNEL}', '${EVENT}', {'message': 'hello world'})
print('Sent ${EVENT} to ${CHANNEL}')
`,
  };
}

function php({ appId, key, secret, host, port, tls }: Connection): Snippet {
  return {
    id: 'php',
    label: 'PHP',
    language: 'php',
    file: 'trigger.php',
    install: 'composer require pusher/pusher-php-server',
    run: 'php trigger.php',
    usesSecret: true,
    code: `<?php

require __DIR__ . '/vendor/autoload.php';

$pusher = new Pusher\\Pusher(
    ${quote(key)},
    ${quote(secret)},
    ${quote(appId)},
    [
        'host' => ${quote(host)},
        'port' => ${port},
        'scheme' => '${scheme(tls)}',
        'useTLS' => ${tls},
    ]
);

$pusher->trigger('${CHANNEL}', '${EVENT}', ['message' => 'hello world']);
echo "Sent ${EVENT} to ${CHANNEL}\\n";
`,
  };
}

function ruby({ appId, key, secret, host, port, tls }: Connection): Snippet {
  return {
    id: 'ruby',
    label: 'Ruby',
    language: 'ruby',
    file: 'trigger.rb',
    install: 'gem install pusher',
    run: 'ruby trigger.rb',
    usesSecret: true,
    code: `require 'pusher'

pusher = Pusher::Client.new(
  app_id: ${quote(appId)},
  key: ${quote(key)},
  secret: ${quote(secret)},
  host: ${quote(host)},
  port: ${port},
  use_tls: ${tls}
)

pusher.trigger('${CHANNEL}', '${EVENT}', { message: 'hello world' })
puts 'Sent ${EVENT} to ${CHANNEL}'
`,
  };
}

function go({ appId, key, secret, host, port, tls }: Connection): Snippet {
  // The Go client has no option for the port; it belongs to the host.
  const hostAndPort = `${host}:${port}`;
  return {
    id: 'go',
    label: 'Go',
    language: 'go',
    file: 'main.go',
    install: 'go mod init trigger && go get github.com/pusher/pusher-http-go/v5',
    run: 'go run main.go',
    usesSecret: true,
    code: `package main

import (
	"fmt"
	"log"

	"github.com/pusher/pusher-http-go/v5"
)

func main() {
	client := pusher.Client{
		AppID:  ${JSON.stringify(appId)},
		Key:    ${JSON.stringify(key)},
		Secret: ${JSON.stringify(secret)},
		Host:   ${JSON.stringify(hostAndPort)},
		Secure: ${tls},
	}

	data := map[string]string{"message": "hello world"}
	if err := client.Trigger("${CHANNEL}", "${EVENT}", data); err != nil {
		log.Fatal(err)
	}
	fmt.Println("Sent ${EVENT} to ${CHANNEL}")
}
`,
  };
}

function env({ appId, key, secret, host, port, tls }: Connection): Snippet {
  return {
    id: 'env',
    label: '.env',
    language: 'env',
    file: '.env',
    usesSecret: true,
    code: `PUSHER_APP_ID=${appId}
PUSHER_APP_KEY=${key}
PUSHER_APP_SECRET=${secret}
PUSHER_HOST=${host}
PUSHER_PORT=${port}
PUSHER_SCHEME=${scheme(tls)}
PUSHER_APP_CLUSTER=${CLUSTER}
`,
  };
}

const scheme = (tls: boolean) => (tls ? 'https' : 'http');
