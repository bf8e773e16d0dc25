import './styles/base.css';
import './styles/parts.css';
import './styles/list.css';
import './styles/chat.css';
import './styles/timeline.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app';
import { applyTheme } from './app/preferences';

applyTheme();
createRoot(document.getElementById('app')!).render(<App />);
