import { useSearchParams } from 'react-router';

/** The filter as the address has it, so that a link shows what its sender saw. Other parameters are left out. */
export function useUrlFilter<Name extends string>(names: readonly Name[]) {
  const [params, setParams] = useSearchParams();
  const filter: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = params.get(name)?.trim();
    if (value) filter[name] = value;
  }
  const set = (change: Partial<Record<Name, string>>) => {
    const given = Object.entries<string | undefined>({ ...filter, ...change }).filter(
      (entry): entry is [string, string] => !!entry[1],
    );
    setParams(new URLSearchParams(given), { replace: true });
  };
  return { filter, set, clear: () => setParams({}, { replace: true }), isSet: Object.keys(filter).length > 0 };
}
