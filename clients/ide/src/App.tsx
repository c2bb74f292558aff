import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import type { Fetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { useEffect, useMemo, useState } from 'react';

import { call, type GraphQLRequest, NotAccepted, type Viewer, viewerOf } from './crm';
import { asText, example } from './examples';
import { examplesPlugin } from './ExamplesPlugin';
import { TokenForm } from './TokenForm';
import { forgetToken, keepToken, takeToken } from './token';

const FIRST = example('opportunities');
const explorer = explorerPlugin({ showAttribution: false });

export function App() {
  const [token, setToken] = useState(takeToken);
  const [viewer, setViewer] = useState<Viewer>();
  const [problem, setProblem] = useState('');
  const [asking, setAsking] = useState(false);

  function use(next: string) {
    keepToken(next);
    setToken(next);
    setAsking(false);
  }

  function refuse(why: string) {
    forgetToken();
    setToken(null);
    setProblem(why);
  }

  useEffect(() => {
    const changed = () => setToken(takeToken()); // another address of the demo was opened in this tab
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);

  useEffect(() => {
    setViewer(undefined);
    if (token === null) return;
    let stale = false;
    viewerOf(token).then(
      found => {
        if (stale) return;
        setViewer(found);
        setProblem('');
      },
      (error: unknown) => {
        if (stale) return;
        if (error instanceof NotAccepted) refuse(`${error.message} Open the newest address that crm demo printed, or paste another.`);
        else setProblem(error instanceof Error ? error.message : String(error));
      },
    );
    return () => {
      stale = true;
    };
  }, [token]);

  if (token === null) return <TokenForm problem={problem} onToken={use} />;
  if (asking) return <TokenForm onToken={use} onCancel={() => setAsking(false)} />;
  if (viewer === undefined) return <p className="waiting">{problem || 'Asking whose token it is …'}</p>;
  return <Editor key={token} token={token} viewer={viewer} onOther={() => setAsking(true)} onRefused={refuse} />;
}

/** What stands in the editors of somebody who has never been here. Only these two properties fill both of them. */
function beginningOf(): { initialQuery?: string; initialVariables?: string } {
  const wasHere = Object.keys(localStorage).some(key => key.startsWith('graphiql:'));
  return wasHere || !FIRST ? {} : { initialQuery: FIRST.document, initialVariables: asText(FIRST.variables) };
}

interface EditorProps {
  token: string;
  viewer: Viewer;
  onOther: () => void;
  onRefused: (why: string) => void;
}

function Editor({ token, viewer, onOther, onRefused }: EditorProps) {
  const beginning = useMemo(beginningOf, []);
  const plugins = useMemo(() => [examplesPlugin(token), explorer, HISTORY_PLUGIN], [token]);
  const fetcher = useMemo<Fetcher>(
    () => async request => {
      try {
        return (await call(token, request as GraphQLRequest)) as Awaited<ReturnType<Fetcher>>;
      } catch (error) {
        if (error instanceof NotAccepted) onRefused(error.message);
        throw error;
      }
    },
    [token],
  );
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      visiblePlugin="Examples"
      defaultEditorToolsVisibility="variables"
      isHeadersEditorEnabled={false} // what is typed there would be kept beyond the tab
      showPersistHeadersSettings={false}
      {...beginning}
    >
      <GraphiQL.Logo>
        <Identity viewer={viewer} onOther={onOther} />
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

function Identity({ viewer, onOther }: { viewer: Viewer; onOther: () => void }) {
  return (
    <span className="identity">
      <span data-viewer title={`${viewer.kind.toLowerCase()}: ${viewer.roles.join(', ')}`}>
        <b>{viewer.name}</b> · {viewer.roles.join(', ')} · {viewer.tenant.name}
      </span>
      <button type="button" className="graphiql-button" onClick={onOther}>
        Other token
      </button>
    </span>
  );
}
