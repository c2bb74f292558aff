import 'graphiql/setup-workers/vite'; // first: the editors look for their workers when they are loaded
import '@graphiql/plugin-explorer/style.css';
import 'graphiql/style.css';
import './ide.css';

import { createRoot } from 'react-dom/client';

import { App } from './App';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(<App />);
