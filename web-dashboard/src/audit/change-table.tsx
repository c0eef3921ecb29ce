import { Text } from '@mantine/core';
import type { Fields } from '../api/audit';
import { changedFields, showValue } from './changes';
import classes from './audit.module.css';

interface ChangeTableProps {
  before: Fields | null;
  after: Fields | null;
}

/** Field by field; of what was made or deleted there is only one side. */
export function ChangeTable({ before, after }: ChangeTableProps) {
  const fields = changedFields(before, after);
  if (fields.length === 0) {
    return (
      <Text fz="sm" c="dimmed">
        No fields are recorded.
      </Text>
    );
  }
  return (
    <table className={classes.changes}>
      <thead>
        <tr>
          <th scope="col">Field</th>
          {before !== null && <th scope="col">Before</th>}
          {after !== null && <th scope="col">After</th>}
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => (
          <tr key={field}>
            <th scope="row">{field}</th>
            {before !== null && <td>{showValue(before[field])}</td>}
            {after !== null && <td>{showValue(after[field])}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
