import { Badge } from '@mantine/core';
import type { ChannelAccess } from '../api/insight-types';

const LOOKS: Record<ChannelAccess, { label: string; color: string }> = {
  public: { label: 'Public', color: 'gray' },
  private: { label: 'Private', color: 'orange' },
  encrypted: { label: 'Encrypted', color: 'orange' },
  presence: { label: 'Presence', color: 'verdigris' },
  user: { label: "A user's own", color: 'gray' },
};

export function AccessBadge({ access }: { access: ChannelAccess }) {
  const { label, color } = LOOKS[access];
  return (
    <Badge variant="light" color={color} size="sm">
      {label}
    </Badge>
  );
}
