import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useState } from 'react';

import { asText, type Example, examples, variablesOf } from './examples';

const GROUPS = [
  ['query', 'Queries'],
  ['mutation', 'Mutations'],
] as const;

/** A list of one runnable operation for every root field. */
export function examplesPlugin(token: string): GraphiQLPlugin {
  return { title: 'Examples', icon: Icon, content: () => <Examples token={token} /> };
}

function Examples({ token }: { token: string }) {
  const [wanted, setWanted] = useState('');
  const [problem, setProblem] = useState('');
  const open = useOpen();
  const words = wanted.toLowerCase().split(/\s+/);
  const fits = (one: Example) => words.every(word => `${one.field} ${one.description}`.toLowerCase().includes(word));

  async function choose(one: Example) {
    setProblem('');
    try {
      open(one.document, asText(await variablesOf(token, one)));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      open(one.document, asText(one.variables));
    }
  }

  return (
    <section aria-label="Examples" className="examples">
      <div className="graphiql-doc-explorer-title">Examples</div>
      <p>One for every root field. Mutations run with dryRun: nothing is stored until you take it out.</p>
      <input
        type="search"
        placeholder="Filter examples"
        aria-label="Filter examples"
        value={wanted}
        onChange={event => setWanted(event.target.value)}
      />
      {problem && <p role="alert">{problem}</p>}
      {GROUPS.map(([kind, title]) => {
        const found = examples.filter(one => one.kind === kind && fits(one));
        return (
          found.length > 0 && (
            <div key={kind}>
              <h3>{title}</h3>
              <ul>
                {found.map(one => (
                  <li key={one.field}>
                    <button type="button" data-example={one.field} onClick={() => void choose(one)}>
                      <code>{one.field}</code>
                      <span>{one.description}</span>
                    </button>
                  </li>
                ))}
              </ul>
            </div>
          )
        );
      })}
    </section>
  );
}

/** Puts an operation into the editors: into a new tab, unless the present one is empty or an untouched example. */
function useOpen(): (document: string, variables: string) => void {
  const { addTab } = useGraphiQLActions();
  const queryEditor = useGraphiQL(state => state.queryEditor);
  const variableEditor = useGraphiQL(state => state.variableEditor);
  const responseEditor = useGraphiQL(state => state.responseEditor);
  return (document, variables) => {
    const present = queryEditor?.getValue().trim() ?? '';
    if (present && !examples.some(one => one.document.trim() === present)) addTab();
    queryEditor?.setValue(document);
    variableEditor?.setValue(variables);
    responseEditor?.setValue(''); // it answered something else
  };
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M4 5.5h9M4 12h6M4 18.5h6M14 11.5v8l6.5-4z" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
