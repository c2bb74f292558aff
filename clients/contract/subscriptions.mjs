// Follows a running server's events with the public clients, changes records meanwhile, and prints one JSON line per check.
// node subscriptions.mjs URL, the token in CRM_TOKEN

import { createClient as createStreamClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';

const [url] = process.argv.slice(2);
const authorization = `Bearer ${process.env.CRM_TOKEN}`;
const EVENTS = `
  subscription Events($types: [String!], $after: String) {
    events(types: $types, after: $after) {
      position types changedFields previousValues { field value }
      ... on AccountChanged { account { id name } }
    }
  }
`;
const CREATE = 'mutation C($name: String!) { accountCreate(input: { name: $name }) { account { id } } }';
const RENAME = 'mutation R($id: ID!, $name: String!) { accountUpdate(where: { id: $id }, patch: { name: $name }) { outcome } }';
const ACCOUNTS = ['account.created', 'account.updated'];
const SETTLED_MS = 500; // until a subscription is followed: neither protocol says when
const PATIENCE_MS = 10_000;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function call(query, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const create = async (name) => (await call(CREATE, { name })).accountCreate.account.id;

function within(promise, what) {
  const late = sleep(PATIENCE_MS).then(() => {
    throw new Error(`${what} did not come`);
  });
  return Promise.race([promise, late]);
}

/** What a subscription hears: `next()` is the following event, `ended` how it ends, `stop()` completes it. */
function follow(client, { types = ACCOUNTS, after } = {}, query = EVENTS) {
  const waiting = [];
  const heard = [];
  let end;
  const ended = new Promise((done) => (end = done));
  const variables = { types, after };
  const stop = client.subscribe(
    { query, variables },
    {
      next: (result) => (waiting.length ? waiting.shift()(result) : heard.push(result)),
      error: (error) => end({ error }),
      complete: () => end({}),
    },
  );
  const next = () => within(heard.length ? heard.shift() : new Promise((done) => waiting.push(done)), 'an event');
  return { next, stop, ended: () => within(ended, 'the end'), heard, variables };
}

const socket = (options = {}) =>
  createSocketClient({ url: url.replace('http', 'ws'), connectionParams: { Authorization: authorization }, retryAttempts: 0, ...options });
const stream = (options = {}) => createStreamClient({ url, headers: { authorization }, retryAttempts: 0, ...options });

function equal(found, expected) {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${left}, not ${right}`);
}

const nameIn = ({ data }) => data.events.account.name;
const codeIn = (error) => (Array.isArray(error) ? error[0].extensions.code : `close ${error.code}`);

/** What both clients can do, by the same calls. */
const both = (make) => ({
  'hears what is created and changed': async () => {
    const client = make();
    const events = follow(client);
    await sleep(SETTLED_MS);
    const id = await create('Initech');
    await call(RENAME, { id, name: 'Initrode' });
    const [made, renamed] = [await events.next(), await events.next()];
    equal([made.data.events.types, made.data.events.account.name], [['account.created'], 'Initrode']);
    equal(renamed.data.events.previousValues, [{ field: 'name', value: 'Initech' }]);
    equal(renamed.data.events.changedFields, ['name']);
    equal(renamed.data.events.account, { id, name: 'Initrode' });
    events.stop();
  },
  'hears only the types it asks for': async () => {
    const events = follow(make(), { types: ['account.updated'] });
    await sleep(SETTLED_MS);
    const id = await create('Hooli');
    await call(RENAME, { id, name: 'Hooli XYZ' });
    equal((await events.next()).data.events.types, ['account.updated']);
    events.stop();
  },
  'resumes after the position it saw last': async () => {
    const first = follow(make());
    await sleep(SETTLED_MS);
    await create('Seen');
    const after = (await first.next()).data.events.position;
    first.stop();
    await create('Missed');
    await create('Missed too');
    const again = follow(make(), { after });
    equal([nameIn(await again.next()), nameIn(await again.next())], ['Missed', 'Missed too']);
    await create('Now');
    equal(nameIn(await again.next()), 'Now');
    again.stop();
  },
  'completes when it stops': async () => {
    const events = follow(make());
    await sleep(SETTLED_MS);
    events.stop();
    equal(await events.ended(), {});
    await create('Unheard');
    await sleep(SETTLED_MS);
    equal(events.heard, []);
  },
});

const CHECKS = {
  'graphql-ws': {
    ...both(socket),
    'keeps a second subscription when the first one completes': async () => {
      const client = socket();
      const [first, second] = [follow(client), follow(client)];
      await sleep(SETTLED_MS);
      first.stop();
      await sleep(SETTLED_MS);
      await create('Umbrella');
      equal([first.heard.length, nameIn(await second.next())], [0, 'Umbrella']);
      second.stop();
    },
    'is told of a document that does not fit, and the others go on': async () => {
      const client = socket();
      const [good, bad] = [follow(client), follow(client, {}, 'subscription { nothing }')];
      equal(codeIn((await bad.ended()).error), 'GRAPHQL_VALIDATION_FAILED');
      await create('Soylent');
      equal(nameIn(await good.next()), 'Soylent');
      good.stop();
    },
    'is refused a query and a mutation': async () => {
      for (const query of ['{ viewer { name } }', 'mutation { accountCreate(input: { name: "X" }) { outcome } }']) {
        equal(codeIn((await follow(socket(), {}, query).ended()).error), 'METHOD_NOT_ALLOWED');
      }
    },
    'is closed with 4403 without a valid token': async () => {
      for (const connectionParams of [undefined, {}, { Authorization: 'Bearer crm_pat_x' }]) {
        equal(codeIn((await follow(socket({ connectionParams })).ended()).error), 'close 4403');
      }
    },
    'gets pongs for its pings': async () => {
      let pongs = 0;
      const client = socket({ keepAlive: 50, lazy: false, on: { pong: (received) => (pongs += received ? 1 : 0) } });
      await sleep(SETTLED_MS);
      if (pongs < 2) throw new Error(`${pongs} pongs`);
      await client.dispose();
    },
    'comes back by itself after a cut and resumes where the variables say': async () => {
      const client = socket({ retryAttempts: 3, retryWait: () => sleep(SETTLED_MS), shouldRetry: () => true });
      const events = follow(client);
      await sleep(SETTLED_MS);
      await create('Before');
      events.variables.after = (await events.next()).data.events.position;
      client.terminate();
      await create('Meanwhile');
      equal(nameIn(await events.next()), 'Meanwhile');
      events.stop();
    },
  },
  'graphql-sse': {
    ...both(stream),
    'is refused what is no subscription, does not fit or has no valid token': async () => {
      for (const [query, headers, status] of [
        ['{ viewer { name } }', { authorization }, 406],
        ['mutation { accountCreate(input: { name: "X" }) { outcome } }', { authorization }, 406],
        ['subscription { nothing }', { authorization }, 400],
        [EVENTS, { authorization: 'Bearer crm_pat_x' }, 401],
        [EVENTS, {}, 401],
      ]) {
        const { error } = await follow(stream({ headers }), {}, query).ended();
        equal(error.response.status, status);
      }
    },
    'is told of the positions it has seen by the ids of events': async () => {
      const ask = (more) =>
        fetch(url, {
          method: 'POST',
          headers: { authorization, accept: 'text/event-stream', 'content-type': 'application/json', ...more },
          body: JSON.stringify({ query: EVENTS }),
        });
      const first = await ask({});
      await create('Seen');
      const id = positionIn(await textUntil(first, 'Seen'));
      await create('Missed');
      const again = await textUntil(await ask({ 'last-event-id': String(id) }), 'Missed');
      equal(positionIn(again), id + 1);
    },
  },
};

/** Of the first event; a heartbeat is an id without one. */
const positionIn = (text) => Number(text.match(/^id: (\d+)\n(?!\n)/m)[1]);

async function textUntil(response, wanted) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!text.includes(wanted)) text += decoder.decode((await within(reader.read(), wanted)).value, { stream: true });
  await reader.cancel();
  return text;
}

for (const [client, checks] of Object.entries(CHECKS)) {
  for (const [name, check] of Object.entries(checks)) {
    let reason = null;
    try {
      await check();
    } catch (error) {
      reason = String(error.message ?? error);
    }
    console.log(JSON.stringify({ client, name, reason }));
  }
}
process.exit(0);
