import { Button, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { FieldErrors } from '../api/api-error';
import { useUpdateApp } from '../api/app-queries';
import type { App } from '../api/types';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { originsError, readOrigins } from './origins';
import { pinToSetting } from './setting-error';
import classes from './settings.module.css';

const NAME = 'allowed_origins';

/** The web pages that may connect, one origin per line. */
export function AllowedOrigins({ app }: { app: App }) {
  const updateApp = useUpdateApp(app.id);
  const save = useApiForm(
    { [NAME]: toText(app.settings[NAME]) },
    async (values) => {
      const patch = { settings: { [NAME]: readOrigins(values[NAME]) } };
      const { settings } = await updateApp.mutateAsync(patch).catch((error: unknown) => {
        throw pinToSetting(error, [NAME]);
      });
      const saved = { [NAME]: toText(settings[NAME]) };
      save.form.setInitialValues(saved);
      save.form.setValues(saved);
      notifications.show({ message: 'The allowed origins are saved.' });
    },
    check,
  );
  const { form, general, pending, onSubmit } = save;
  return (
    <Stack gap="sm" className={classes.row}>
      <FormAlert message={general} />
      <form onSubmit={onSubmit} noValidate>
        <Textarea
          label="Allowed origins"
          labelProps={{ className: classes.rowLabel }}
          description="Only web pages of these sites may connect, so that your app key is of no use on any other page. One per line: scheme, host and, if it is not the usual one, port. A star stands for every subdomain. Empty allows all; servers and native apps name no origin and are not concerned."
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          placeholder={'https://www.example.com\nhttps://*.example.com'}
          rows={4}
          resize="vertical"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          {...form.getInputProps(NAME)}
        />
        <Text fz="xs" c="dimmed" mt={4}>
          Takes effect at once; nobody is disconnected: new connections from elsewhere are refused, open ones stay.
        </Text>
        <Button type="submit" variant="default" mt="sm" loading={pending} disabled={!form.isDirty()}>
          Save origins
        </Button>
      </form>
    </Stack>
  );
}

function check(values: { [NAME]: string }): FieldErrors {
  const error = originsError(values[NAME]);
  return error === null ? {} : { [NAME]: error };
}

const toText = (origins: string[]) => origins.join('\n');
