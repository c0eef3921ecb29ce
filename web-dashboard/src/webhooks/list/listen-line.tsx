import { Text } from '@mantine/core';
import { CodeBlock } from '../../snippets/code-block';

/** The way to have webhooks on one's own machine: no public address, no tunnel. */
export function ListenLine({ appId }: { appId: string }) {
  const line = `campanile listen --url ${window.location.origin} --token cmt_… --app ${appId} --forward http://localhost:3000/hook`;
  return (
    <div>
      <Text fz="sm" c="dimmed" mb={8}>
        Developing on your own machine? This passes the webhooks of this app on to it, without a tunnel. The token is a
        token of your organisation (Organisation, Tokens) that may <code>listen</code>.
      </Text>
      <CodeBlock code={line} language="env" title="campanile listen" copy={line} testId="listen-line" />
    </div>
  );
}
