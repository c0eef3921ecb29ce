import { Button } from '@mantine/core';
import type { App, NumberSetting } from '../api/types';
import { FormAlert } from '../feedback/form-alert';
import { rangeText } from './limits';
import { NumberField } from './number-field';
import classes from './settings.module.css';
import { useSettingsForm } from './use-settings-form';

const NAME: NumberSetting = 'authorization_timeout_seconds';

export function AuthorizationTimeout({ app }: { app: App }) {
  const { form, general, pending, onSubmit } = useSettingsForm(app, [NAME], 'The timeout is saved.');
  return (
    <form onSubmit={onSubmit} noValidate className={classes.dependent}>
      <FormAlert message={general} />
      <div className={classes.inline}>
        <NumberField
          form={form}
          name={NAME}
          label="Timeout"
          description={`How long a connection has for it: ${rangeText(NAME, 'seconds')}.`}
          unit="seconds"
        />
        <Button
          type="submit"
          variant="default"
          loading={pending}
          disabled={!form.isDirty()}
          className={classes.beside}
        >
          Save timeout
        </Button>
      </div>
    </form>
  );
}
