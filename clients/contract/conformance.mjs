// Asks a running server everything that graphql-http's audit suite asks, with a token, and prints one JSON line per audit.
// node conformance.mjs URL, the token in CRM_TOKEN

import { auditServer } from 'graphql-http';

const [url] = process.argv.slice(2);
const authorization = `Bearer ${process.env.CRM_TOKEN}`;

/** The suite knows nothing of tokens. */
function authorized(address, init = {}) {
  return fetch(address, { ...init, headers: { ...init.headers, authorization } });
}

for (const { id, name, status, reason } of await auditServer({ url, fetchFn: authorized })) {
  console.log(JSON.stringify({ id, name, status, reason }));
}
