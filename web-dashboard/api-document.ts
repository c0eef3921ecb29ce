import type { Plugin } from 'vite';

const DOCUMENT = '../sdk-specs/openapi/management.json';

interface Schema {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  oneOf?: Schema[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
}

interface Operation {
  summary: string;
  security: object[];
  requestBody?: { content: { 'application/json'?: { schema: Schema } } };
  responses: Record<string, { content?: object }>;
  'x-rights': { scope: string | null; right: string | null; roles?: string[] };
}

type Operations = Record<string, Operation>;

/**
 * What the dashboard needs of the API's document while it runs, as two modules: `virtual:api-secrets`, which members
 * of requests are secret, and `virtual:api-operations`, what each operation does, takes and asks for. Its tests need
 * `virtual:api-rights` as well: which roles have which right.
 */
export function apiDocument(): Plugin {
  const modules: Record<string, (operations: Operations) => object> = {
    '\0virtual:api-secrets': (operations) => select(operations, secrets, (names) => names.length > 0),
    '\0virtual:api-operations': (operations) => select(operations, outline, () => true),
    '\0virtual:api-rights': rolesByRight,
  };
  return {
    name: 'api-document',
    resolveId: (id) => (`\0${id}` in modules ? `\0${id}` : undefined),
    async load(id) {
      const make = modules[id];
      if (make === undefined) return undefined;
      const document = JSON.parse(await this.fs.readFile(DOCUMENT, { encoding: 'utf8' }));
      return `export default ${JSON.stringify(make(byName(document.paths)))}`;
    },
  };
}

/** By names like "GET /api/v1/apps". */
function byName(paths: Record<string, Operations>): Operations {
  const named = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );
  return Object.fromEntries(named);
}

function select<T>(operations: Operations, make: (operation: Operation) => T, isWanted: (made: T) => boolean) {
  const made = Object.entries(operations).map(([name, operation]) => [name, make(operation)] as const);
  return Object.fromEntries(made.filter(([, one]) => isWanted(one)));
}

function rolesByRight(operations: Operations): Record<string, string[]> {
  const rights = Object.values(operations).map(({ 'x-rights': { right, roles = [] } }) => [right, roles] as const);
  return Object.fromEntries(rights.filter(([right]) => right !== null));
}

const bodyOf = (operation: Operation) => operation.requestBody?.content['application/json']?.schema;

const secrets = (operation: Operation) => secretNames(bodyOf(operation) ?? {});

/** The names of members that are passwords, or hold some. */
function secretNames(schema: Schema): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    isSecret(property) ? [name] : secretNames(property.items ?? property),
  );
}

function isSecret({ format, items, additionalProperties }: Schema): boolean {
  const parts = [items, additionalProperties].filter((part) => typeof part === 'object');
  return format === 'password' || parts.some(isSecret);
}

function outline(operation: Operation) {
  const takesToken = operation.security.some((one) => 'token' in one);
  const body = bodyOf(operation);
  return {
    summary: operation.summary,
    scope: takesToken ? operation['x-rights'].scope : null,
    streams: Object.values(operation.responses).some(({ content = {} }) => 'text/event-stream' in content) || undefined,
    example: body && example(body),
  };
}

/** A value of the schema's shape, to be filled in: as it is, a number or a boolean that is none changes nothing. */
function example(schema: Schema): unknown {
  const [choice] = schema.oneOf ?? schema.anyOf ?? [];
  if (choice !== undefined) return example(choice);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  switch ([schema.type].flat()[0]) {
    case 'object':
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, one]) => [name, example(one)]));
    case 'array':
      return [example(schema.items ?? {})];
    default:
      return '…';
  }
}
