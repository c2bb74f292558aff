// Composes our subgraph with a second one, by two composers that share no code, and prints what came of each as JSON.
// node compose.mjs FILE, which holds the answer of `_service { sdl }`

import { readFileSync } from 'node:fs';
import { composeServices as composeWithApollo } from '@apollo/composition';
import { composeServices as composeWithGuild } from '@theguild/federation-composition';
import { parse } from 'graphql';

const [file] = process.argv.slice(2);
const shop = readFileSync(new URL('shop.graphql', import.meta.url), 'utf8');
const services = [
  { name: 'crm', url: 'http://crm.example.com/graphql', typeDefs: parse(readFileSync(file, 'utf8')) },
  { name: 'shop', url: 'http://shop.example.com/graphql', typeDefs: parse(shop) },
];
const composers = { '@apollo/composition': composeWithApollo, '@theguild/federation-composition': composeWithGuild };

for (const [composer, compose] of Object.entries(composers)) {
  const { errors = [], supergraphSdl = '' } = compose(services);
  console.log(JSON.stringify({ composer, errors: errors.map((error) => error.message), ...described(supergraphSdl) }));
}

/** The object types of a supergraph with their fields, and the subgraphs each type's key leads to. */
function described(supergraph) {
  const types = {};
  const keys = {};
  for (const { kind, name, fields, directives } of supergraph ? parse(supergraph).definitions : []) {
    if (kind !== 'ObjectTypeDefinition') continue;
    types[name.value] = fields.map((field) => field.name.value);
    const joined = directives.filter((directive) => directive.name.value === 'join__type').map(argumentsOf);
    keys[name.value] = joined.filter((join) => join.key === 'id').map((join) => join.graph);
  }
  return { types, keys };
}

function argumentsOf(directive) {
  return Object.fromEntries(directive.arguments.map((argument) => [argument.name.value, argument.value.value]));
}
