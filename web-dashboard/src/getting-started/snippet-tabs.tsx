import { Tabs } from '@mantine/core';
import type { Secret } from '../keys/use-secret';
import { useMay } from '../session/rights';
import { CodeBlock } from '../snippets/code-block';
import type { Connection } from '../snippets/connection';
import type { Snippet } from '../snippets/snippet';
import classes from './getting-started.module.css';
import { RunHint } from './run-hint';
import { SecretToggle } from './secret-toggle';

interface SnippetTabsProps {
  build: (connection: Connection) => Snippet[];
  /** With the secret masked unless it is shown. */
  connection: Connection;
  secret: Secret;
  /** Test ids by snippet id, or a prefix for all of them. */
  testIds?: Record<string, string>;
  testIdPrefix?: string;
}

export function SnippetTabs({ build, connection, secret, testIds = {}, testIdPrefix }: SnippetTabsProps) {
  const snippets = build(connection);
  const mayReveal = useMay('revealSecrets');

  // What is masked on the screen must still work once pasted.
  const copySource = (snippet: Snippet) => {
    if (!snippet.usesSecret || !mayReveal || secret.shownSecret !== null) return snippet.code;
    return async () => {
      const complete = build({ ...connection, secret: await secret.load() });
      return complete.find(({ id }) => id === snippet.id)?.code ?? snippet.code;
    };
  };

  return (
    // Hidden panels stay in the page, so that a search within the page finds them all.
    <Tabs defaultValue={snippets[0]?.id ?? null} keepMounted keepMountedMode="display-none">
      <Tabs.List className={classes.tabList}>
        {snippets.map(({ id, label }) => (
          <Tabs.Tab key={id} value={id} className={classes.tab}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map((snippet) => (
        <Tabs.Panel key={snippet.id} value={snippet.id} pt="sm">
          <RunHint snippet={snippet} />
          <CodeBlock
            code={snippet.code}
            language={snippet.language}
            title={snippet.file}
            copy={copySource(snippet)}
            testId={testIds[snippet.id] ?? (testIdPrefix && `${testIdPrefix}-${snippet.id}`)}
            actions={snippet.usesSecret && <SecretToggle secret={secret} />}
          />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
