import type { App, NumberSetting as NumberName } from '../api/types';
import { rangeText } from './limits';
import { NumberSetting } from './number-setting';
import classes from './settings.module.css';

const NAME: NumberName = 'authorization_timeout_seconds';

export function AuthorizationTimeout({ app }: { app: App }) {
  return (
    <div className={classes.dependent}>
      <NumberSetting
        app={app}
        name={NAME}
        label="Timeout"
        description={`How long a connection has for it: ${rangeText(NAME, 'seconds')}.`}
        unit="seconds"
        saveLabel="Save timeout"
        doneMessage="The timeout is saved."
      />
    </div>
  );
}
