import '../styles/base.css';
import '../styles/parts.css';
import '../styles/page-head.css';
import './console.css';
import { createRoot } from 'react-dom/client';
import { applyLooks } from '../app/preferences';
import { Console } from './console';

applyLooks();
createRoot(document.getElementById('app')!).render(<Console />);
