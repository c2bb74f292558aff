import { getIntrospectionQuery } from 'graphql';

export interface GraphQLRequest {
  query: string;
  operationName?: string | null | undefined;
  variables?: unknown;
}

export interface GraphQLAnswer {
  data?: unknown;
  errors?: readonly { message: string; extensions?: { code?: string } }[];
}

export interface Viewer {
  name: string;
  kind: string;
  roles: string[];
  tenant: { name: string };
}

/** The server does not know the token, or knows it no more. */
export class NotAccepted extends Error {}

const VIEWER = '{ viewer { name kind roles tenant { name } } }';
const UNAUTHENTICATED = 401;
// What the editor must know to complete and check inputs; GraphiQL itself asks for less.
const INTROSPECTION = getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, specifiedByUrl: true });

/** The answer to one operation, also when it holds errors. */
export async function call(token: string, request: GraphQLRequest): Promise<GraphQLAnswer> {
  const body = request.operationName === 'IntrospectionQuery' ? { ...request, query: INTROSPECTION } : request;
  let response: Response;
  try {
    response = await fetch(new URL('graphql', document.baseURI), {
      method: 'POST',
      headers: { Accept: 'application/json', Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      cache: 'no-store',
      credentials: 'omit',
    });
  } catch {
    throw new Error('The server does not answer. Is it still running?');
  }
  if (response.status === UNAUTHENTICATED) throw new NotAccepted('This token is not accepted, or no longer.');
  return (await response.json()) as GraphQLAnswer;
}

/** Whose token it is. */
export async function viewerOf(token: string): Promise<Viewer> {
  const { data, errors } = await call(token, { query: VIEWER });
  if (errors?.[0]) throw new Error(errors[0].message);
  return (data as { viewer: Viewer }).viewer;
}
