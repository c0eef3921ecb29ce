import { useMemo } from 'react';
import type { AppKey } from '../api/types';
import { FormAlert } from '../feedback/form-alert';
import { errorMessage } from '../forms/split-error';
import { useSecret } from '../keys/use-secret';
import { authorizeSnippets } from '../snippets/authorize';
import { browserSnippets } from '../snippets/browser';
import { CHANNEL, EVENT, MASKED_SECRET, endpointFromLocation, type Connection } from '../snippets/connection';
import { serverSnippets } from '../snippets/server';
import { GuideStep } from './guide-step';
import { SnippetTabs } from './snippet-tabs';

interface SnippetGuideProps {
  appId: string;
  appKey: AppKey;
}

/** The code to connect, filled with this app's key and this server's address. */
export function SnippetGuide({ appId, appKey }: SnippetGuideProps) {
  const secret = useSecret(appId, appKey.id);
  const connection = useMemo<Connection>(
    () => ({
      appId,
      key: appKey.key,
      secret: secret.shownSecret ?? MASKED_SECRET,
      ...endpointFromLocation(window.location),
    }),
    [appId, appKey.key, secret.shownSecret],
  );

  return (
    <>
      <GuideStep number={1} title="Receive in the browser" text={`Save the page, open it, and it subscribes to ${CHANNEL}.`}>
        <SnippetTabs
          build={browserSnippets}
          connection={connection}
          secret={secret}
          testIds={{ html: 'snippet-browser', module: 'snippet-browser-js' }}
        />
      </GuideStep>
      <GuideStep
        number={2}
        title="Send from your server"
        text={`Triggers ${EVENT}. The secret belongs on servers only, never in a page.`}
      >
        <FormAlert message={secret.error ? errorMessage(secret.error) : null} />
        <SnippetTabs build={serverSnippets} connection={connection} secret={secret} testIdPrefix="snippet-server" />
      </GuideStep>
      <GuideStep
        number={3}
        title="Authorize private channels"
        text="Channels whose name starts with private- or presence- ask your server first. Serve your pages from the same origin as this endpoint."
      >
        <SnippetTabs build={authorizeSnippets} connection={connection} secret={secret} testIdPrefix="snippet-auth" />
      </GuideStep>
    </>
  );
}
