import { IconLinkOff } from '@tabler/icons-react';
import { Notice } from './notice';

/** The link was cut short on its way, was used, or is too old. */
export function BrokenLink({ message, action }: { message?: string; action: { label: string; to: string } }) {
  return (
    <Notice icon={<IconLinkOff size={26} />} title="This link does not work" color="orange" action={action}>
      {message ?? 'A part of it is missing. Copy the whole link from the mail into the address bar.'}
    </Notice>
  );
}
