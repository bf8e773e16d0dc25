import './styles/base.css';
import './styles/first.css';
import './styles/list.css';
import './styles/chat.css';
import './styles/timeline.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app';
import { applyLooks } from './app/preferences';

applyLooks();
createRoot(document.getElementById('app')!).render(<App />);
