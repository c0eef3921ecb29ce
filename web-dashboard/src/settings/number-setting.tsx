import { Button } from '@mantine/core';
import type { App, NumberSetting as NumberName } from '../api/types';
import { FormAlert } from '../feedback/form-alert';
import { NumberField } from './number-field';
import classes from './settings.module.css';
import { useSettingsForm } from './use-settings-form';

interface NumberSettingProps {
  app: App;
  name: NumberName;
  label: string;
  description: string;
  unit: string;
  saveLabel: string;
  doneMessage: string;
}

/** One number with a button of its own. */
export function NumberSetting({ app, name, saveLabel, doneMessage, ...field }: NumberSettingProps) {
  const { form, general, pending, onSubmit } = useSettingsForm(app, [name], doneMessage);
  return (
    <form onSubmit={onSubmit} noValidate>
      <FormAlert message={general} />
      <div className={classes.inline}>
        <NumberField form={form} name={name} {...field} />
        <Button
          type="submit"
          variant="default"
          loading={pending}
          disabled={!form.isDirty()}
          className={classes.beside}
        >
          {saveLabel}
        </Button>
      </div>
    </form>
  );
}
