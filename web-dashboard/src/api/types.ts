import type { Body, Schemas } from './operations';

export type Session = Schemas['SessionReply'];
export type App = Schemas['AppReply'];
export type AppKey = Schemas['KeyReply'];
export type AppSettings = Schemas['AppSettings'];
export type AppPatch = Body<'PATCH', '/apps/{app_id}'>;

type SettingOf<T> = { [K in keyof AppSettings]: AppSettings[K] extends T ? K : never }[keyof AppSettings];

export type SwitchSetting = SettingOf<boolean>;
export type NumberSetting = SettingOf<number | null>;
