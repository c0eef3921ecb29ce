import { Button } from '@mantine/core';
import { IconCode } from '@tabler/icons-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useLocation } from 'react-router';
import classes from './api-view.module.css';

/** With the document's summaries; loaded when first opened. */
const ApiPanel = lazy(async () => ({ default: (await import('./api-panel')).ApiPanel }));

/** Opens the calls that the screen has made, at the top of every page. */
export function ViewAsApi() {
  const { key } = useLocation();
  const [state, setState] = useState<'unused' | 'open' | 'closed'>('unused');
  const close = () => setState('closed');
  // Going elsewhere leaves the panel behind: it was about another screen.
  useEffect(() => setState((before) => (before === 'open' ? 'closed' : before)), [key]);
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        size="compact-xs"
        className={classes.open}
        leftSection={<IconCode size={14} aria-hidden />}
        aria-haspopup="dialog"
        onClick={() => setState('open')}
      >
        View as API
      </Button>
      {state !== 'unused' && (
        <Suspense fallback={null}>
          <ApiPanel opened={state === 'open'} onClose={close} />
        </Suspense>
      )}
    </>
  );
}
