import { Anchor, Paper, Table, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import type { AppLimits, Limit } from '../api/usage';
import { formatNumber } from '../format/count';
import { useMay } from '../session/rights';
import { limitName, mostText } from './limit-names';
import { NearBadge } from './limit-list';
import classes from './usage.module.css';

const NEARLY = 80;

/** What each app uses now, the nearest to one of its limits first. */
export function AppShares({ apps }: { apps: readonly AppLimits[] }) {
  const mayView = useMay('viewApps');
  const rows = apps.map((app) => ({ app, worst: worstOf(app) }));
  rows.sort((one, other) => (other.worst?.percent ?? -1) - (one.worst?.percent ?? -1));
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="apps-heading">
      <Title order={2} id="apps-heading">
        Apps
      </Title>
      {rows.length === 0 ? (
        <Text fz="sm" c="dimmed" mt={4}>
          There is no app yet, so nothing is used.
        </Text>
      ) : (
        <div className={classes.apps} tabIndex={0} role="region" aria-label="Apps: table">
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">App</Table.Th>
                <Table.Th scope="col" ta="right">Connections</Table.Th>
                <Table.Th scope="col" ta="right">Messages today</Table.Th>
                <Table.Th scope="col">Nearest limit</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ app, worst }) => (
                <Table.Tr key={app.app_id}>
                  <Table.Th scope="row" fw={400}>
                    {mayView ? (
                      <Anchor component={Link} to={`/apps/${app.app_id}/usage`} fz="sm">
                        {app.name}
                      </Anchor>
                    ) : (
                      app.name
                    )}
                  </Table.Th>
                  <Table.Td ta="right">{usedOf(app, 'max_connections')}</Table.Td>
                  <Table.Td ta="right">{usedOf(app, 'max_messages_per_day')}</Table.Td>
                  <Table.Td>{worst === undefined ? 'No limit is set' : <Nearest limit={worst} />}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Paper>
  );
}

function Nearest({ limit: { name, most, percent } }: { limit: Limit }) {
  if (percent !== null && percent >= NEARLY) {
    return (
      <>
        {limitName(name).label} <NearBadge percent={percent} />
      </>
    );
  }
  return `${limitName(name).label}: ${percent ?? 0} % of ${mostText(name, most)}`;
}

const usedOf = ({ limits }: AppLimits, name: string) =>
  formatNumber(limits.find((limit) => limit.name === name)?.used ?? 0);

const worstOf = ({ limits }: AppLimits) =>
  limits
    .filter(({ percent }) => percent !== null)
    .reduce<Limit | undefined>((worst, limit) => (worst && (worst.percent ?? 0) >= (limit.percent ?? 0) ? worst : limit), undefined);
