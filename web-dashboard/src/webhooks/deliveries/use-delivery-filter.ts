import { useSearchParams } from 'react-router';
import { DELIVERY_STATES, type DeliveryFilter, type DeliveryState } from '../../api/delivery-types';

/** The filter as the address has it, so that a link shows what its sender saw. What makes no sense is left out. */
export function useDeliveryFilter() {
  const [params, setParams] = useSearchParams();
  const filter = readFilter(params);
  const set = (change: DeliveryFilter) => {
    const given = Object.entries({ ...filter, ...change }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    );
    setParams(new URLSearchParams(given), { replace: true });
  };
  return { filter, set, clear: () => setParams({}, { replace: true }), isSet: Object.keys(filter).length > 0 };
}

function readFilter(params: URLSearchParams): DeliveryFilter {
  const filter: DeliveryFilter = {};
  const state = params.get('state');
  if (isState(state)) filter.state = state;
  const channel = params.get('channel')?.trim();
  if (channel) filter.channel = channel;
  for (const end of ['from', 'to'] as const) {
    const time = params.get(end);
    if (time !== null && !Number.isNaN(Date.parse(time))) filter[end] = time;
  }
  return filter;
}

const isState = (value: string | null): value is DeliveryState => DELIVERY_STATES.some((state) => state === value);
