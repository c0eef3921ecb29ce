import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import type { FieldErrors } from '../api/api-error';
import { testAuthEndpoint, type AuthTestResult } from '../api/auth-tester';
import { useCurrentApp } from '../app-page/app-layout';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { holdersOf, useMay } from '../session/rights';
import { usePageTitle } from '../shell/page-title';
import { HeaderField } from '../webhooks/form/header-field';
import { rowsError, toHeaders, type HeaderRow } from '../webhooks/form/header-rows';
import { AuthTestOutcome } from './auth-test-outcome';

/** Asks the application's own endpoint as a client would, and says what is wrong with its answer. */
export function AuthTesterPage() {
  const app = useCurrentApp();
  usePageTitle('Auth tester', app.name);
  const mayTest = useMay('manageApps');
  return (
    <Stack gap="lg" maw={820}>
      <div>
        <Title order={2}>Auth endpoint tester</Title>
        <Text c="dimmed" fz="sm" mt={2}>
          Clients that join a private, encrypted or presence channel ask your server for a signature. Here the platform
          asks it, with a made-up socket id: the answer opens nothing, and you see why a client would refuse it.
        </Text>
      </div>
      {mayTest ? <Tester appId={app.id} /> : <Text fz="sm">Your role only looks: testing takes {holdersOf('manageApps')}.</Text>}
    </Stack>
  );
}

function Tester({ appId }: { appId: string }) {
  // A link can name what to test; headers may hold secrets and never are in an address.
  const [params, setParams] = useSearchParams();
  const [result, setResult] = useState<AuthTestResult | null>(null);
  const initial = {
    url: params.get('url') ?? '',
    channel: params.get('channel') ?? 'private-test',
    headers: [] as HeaderRow[],
  };
  const check = ({ headers }: typeof initial): FieldErrors => {
    const wrong = rowsError(headers);
    return wrong === null ? {} : { headers: wrong };
  };
  const { form, general, pending, onSubmit } = useApiForm(
    initial,
    async ({ url, channel, headers }) => {
      setResult(null);
      setParams({ url: url.trim(), channel: channel.trim() }, { replace: true });
      setResult(await testAuthEndpoint(appId, { url: url.trim(), channel: channel.trim(), headers: toHeaders(headers) }));
    },
    check,
  );

  return (
    <>
      <form onSubmit={onSubmit} noValidate>
        <Stack gap="md">
          <FormAlert message={general} />
          <TextInput
            label="Address of the endpoint"
            description="It is called from the platform: an address that only your machine reaches cannot be tested."
            placeholder="https://example.com/pusher/auth"
            type="url"
            autoComplete="off"
            {...form.getInputProps('url')}
          />
          <TextInput
            label="Channel"
            description="One that needs a signature: private-…, private-encrypted-… or presence-…"
            autoComplete="off"
            spellCheck={false}
            {...form.getInputProps('channel')}
          />
          <div>
            <Text fz="sm" fw={500} mb={4}>
              Headers
            </Text>
            <Text fz="xs" c="dimmed" mb={8}>
              What tells your server who asks, such as a cookie or a bearer token. They are not kept.
            </Text>
            <HeaderField
              rows={form.getValues().headers}
              onChange={(rows) => form.setFieldValue('headers', rows)}
              error={form.errors.headers}
            />
          </div>
          <Group>
            <Button type="submit" loading={pending} leftSection={<IconPlugConnected size={17} aria-hidden />}>
              Test endpoint
            </Button>
          </Group>
        </Stack>
      </form>
      {result !== null && <AuthTestOutcome result={result} />}
    </>
  );
}
