import { call } from './crm';
import written from './examples.json';

/** Values of an example's variables that only the data can tell, and where they are found in it. */
interface Lookup {
  document: string;
  /** Path to a list in the answer; the first row that has everything in `into` is used. */
  rows: string;
  /** Path of a variable → path in the row; a number is an index. */
  into: Record<string, string>;
}

/** One operation that can be run, made from the schema by `make schema`. */
export interface Example {
  kind: 'query' | 'mutation';
  field: string;
  description: string;
  document: string;
  variables: Record<string, unknown>;
  lookups: Lookup[];
}

export const examples = written as unknown as Example[];

export function example(field: string): Example | undefined {
  return examples.find(one => one.field === field);
}

/** The example's variables, with ids of records that exist. */
export async function variablesOf(token: string, { variables, lookups }: Example): Promise<Record<string, unknown>> {
  const filled = structuredClone(variables);
  const answers = await Promise.all(lookups.map(({ document }) => call(token, { query: document })));
  lookups.forEach(({ rows, into }, number) => {
    const list = at(answers[number]?.data, rows);
    const found = (Array.isArray(list) ? list : [])
      .map(row => Object.entries(into).map(([variable, path]) => [variable, at(row, path)] as const))
      .find(values => values.every(([, value]) => value != null));
    found?.forEach(([variable, value]) => put(filled, variable.split('.'), value));
  });
  return filled;
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key], value);
}

function put(into: Record<string, unknown>, [key, ...rest]: string[], value: unknown): void {
  if (key === undefined) return;
  if (rest.length) put(into[key] as Record<string, unknown>, rest, value);
  else into[key] = value;
}

export function asText(variables: Record<string, unknown>): string {
  return Object.keys(variables).length ? JSON.stringify(variables, null, 2) : '';
}
