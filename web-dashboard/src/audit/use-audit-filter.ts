import { AUDIT_FILTERS } from '../api/audit';
import { useUrlFilter } from '../filters/use-url-filter';

/** As the address has it; a time that is none is left out. */
export function useAuditFilter() {
  const { filter, ...rest } = useUrlFilter(AUDIT_FILTERS);
  for (const end of ['from', 'to'] as const) {
    if (Number.isNaN(Date.parse(filter[end] ?? ''))) delete filter[end];
  }
  return { filter, ...rest };
}
