import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { useCurrentApp } from '../app-page/app-layout';
import { EmptyState } from '../feedback/empty-state';
import { LivePanel } from '../live-panel/live-panel';
import { DisabledNotice } from './disabled-notice';
import classes from './getting-started.module.css';
import { KeyPicker } from './key-picker';
import { SnippetGuide } from './snippet-guide';

/** The code to connect, and what comes of it live. */
export function GettingStarted() {
  const app = useCurrentApp();
  const [chosenId, setChosenId] = useState<string | null>(null);
  const key = app.keys.find((candidate) => candidate.id === chosenId) ?? app.keys[0];

  return (
    <div className={classes.columns}>
      <div className={classes.guide}>
        {!app.enabled && <DisabledNotice appId={app.id} />}
        {key === undefined ? (
          <EmptyState
            icon={<IconKey size={26} />}
            title="This app has no key"
            action={
              <Button component={Link} to={`/apps/${app.id}/keys`}>
                Go to keys
              </Button>
            }
          >
            Clients and servers identify themselves with a key. Create one, and the code to connect appears here.
          </EmptyState>
        ) : (
          <>
            {app.keys.length > 1 && <KeyPicker keys={app.keys} value={key.id} onChange={setChosenId} />}
            {/* The key of the component: another key must not keep this one's revealed secret. */}
            <SnippetGuide key={key.id} appId={app.id} appKey={key} />
          </>
        )}
      </div>
      <div className={classes.live}>
        <LivePanel appId={app.id} />
      </div>
    </div>
  );
}
