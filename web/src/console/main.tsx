import '../styles/base.css';
import '../styles/parts.css';
import './console.css';
import { createRoot } from 'react-dom/client';
import { applyTheme } from '../app/preferences';
import { Console } from './console';

applyTheme();
createRoot(document.getElementById('app')!).render(<Console />);
