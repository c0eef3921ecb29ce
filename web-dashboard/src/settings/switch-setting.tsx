import { Stack, Switch, Text } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import { useUpdateApp } from '../api/app-queries';
import type { App, SwitchSetting as SwitchName } from '../api/types';
import { FormAlert } from '../feedback/form-alert';
import { errorMessage } from '../forms/split-error';
import classes from './settings.module.css';

interface SwitchSettingProps {
  app: App;
  name: SwitchName;
  label: string;
  explanation: string;
  /** What happens on a change, and when. */
  effect: string;
  /** What there is to decide while it is on. */
  children?: ReactNode;
}

/** One switch, saved as soon as it is used. */
export function SwitchSetting({ app, name, label, explanation, effect, children }: SwitchSettingProps) {
  const updateApp = useUpdateApp(app.id);
  const isOn = app.settings[name];
  const textId = useId();
  return (
    <Stack gap={4} className={classes.row}>
      <Switch
        label={label}
        aria-describedby={textId}
        classNames={{ label: classes.rowLabel }}
        checked={isOn}
        disabled={updateApp.isPending}
        onChange={(event) => updateApp.mutate({ settings: { [name]: event.currentTarget.checked } })}
      />
      {/* Not the switch's own description: that would become part of its name. */}
      <div id={textId} className={classes.beneath}>
        <Text fz="sm" c="dimmed">
          {explanation}
        </Text>
        <Text fz="xs" c="dimmed" mt={4}>
          {effect}
        </Text>
      </div>
      {isOn && children}
      <FormAlert message={updateApp.isError ? errorMessage(updateApp.error) : null} />
    </Stack>
  );
}
