import { notifications } from '@mantine/notifications';
import { useUpdateApp } from '../api/app-queries';
import type { App, NumberSetting } from '../api/types';
import { useApiForm } from '../forms/use-api-form';
import { fromInputs, rangeErrors, toInputs } from './ranges';
import { pinToSetting } from './setting-error';

/** A form for some of an app's numbers. It sends only what was changed in it. */
export function useSettingsForm(app: App, names: readonly NumberSetting[], doneMessage: string) {
  const updateApp = useUpdateApp(app.id);
  const save = useApiForm(
    toInputs(app.settings, names),
    async (values) => {
      const changed = names.filter((name) => save.form.isDirty(name));
      const patch = { settings: fromInputs(values, changed) };
      const { settings } = await updateApp.mutateAsync(patch).catch((error: unknown) => {
        throw pinToSetting(error, names);
      });
      const saved = toInputs(settings, names);
      save.form.setInitialValues(saved);
      save.form.setValues(saved);
      notifications.show({ message: doneMessage });
    },
    rangeErrors,
  );
  return save;
}

export type SettingsForm = ReturnType<typeof useSettingsForm>['form'];
