import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import type { CreatedWebhook } from '../../api/webhook-types';
import { useCreateWebhook } from '../../api/webhook-queries';
import { useCurrentApp } from '../../app-page/app-layout';
import { NotAllowed } from '../../feedback/not-allowed';
import { useMay } from '../../session/rights';
import { usePageTitle } from '../../shell/page-title';
import { SigningSecretModal } from '../endpoint/signing-secret-modal';
import { EndpointForm } from './endpoint-form';
import { NEW_ENDPOINT, toBody } from './form-values';
import { useEndpointForm } from './use-endpoint-form';

export function CreateWebhookPage() {
  const may = useMay('manageWebhooks');
  return may ? <CreateWebhook /> : <NotAllowed right="manageWebhooks" title="Adding endpoints is not for your role" />;
}

function CreateWebhook() {
  const app = useCurrentApp();
  usePageTitle('Add endpoint', app.name);
  const navigate = useNavigate();
  const createWebhook = useCreateWebhook(app.id);
  const [created, setCreated] = useState<CreatedWebhook | null>(null);
  const list = `/apps/${app.id}/webhooks`;
  const state = useEndpointForm(NEW_ENDPOINT, async (values) =>
    setCreated(await createWebhook.mutateAsync({ ...toBody(values), lanes: Number(values.lanes) })),
  );

  return (
    <Stack gap="lg" maw={820}>
      <div>
        <Anchor component={Link} to={list} fz="sm">
          Webhooks
        </Anchor>
        <Title order={2} mt={4}>
          Add endpoint
        </Title>
      </div>
      <EndpointForm appId={app.id} webhook={null} state={state}>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" component={Link} to={list}>
            Cancel
          </Button>
          <Button type="submit" loading={state.pending}>
            Add endpoint
          </Button>
        </Group>
      </EndpointForm>
      {created !== null && (
        <SigningSecretModal
          secret={created.signing_secret}
          warning="It is shown only now. If it gets lost, rotate it on the endpoint’s page."
          onClose={() => void navigate(`${list}/${created.id}`, { replace: true })}
        >
          Your server checks with it that a request really comes from here. Requests go to{' '}
          <Text span fz="inherit" fw={600} style={{ overflowWrap: 'anywhere' }}>
            {created.url}
          </Text>
          .
        </SigningSecretModal>
      )}
    </Stack>
  );
}
