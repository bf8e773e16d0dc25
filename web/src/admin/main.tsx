import '../styles/base.css';
import '../styles/parts.css';
import '../styles/page-head.css';
import './admin.css';
import { createRoot } from 'react-dom/client';
import { applyLooks } from '../app/preferences';
import { Admin } from './admin';

applyLooks();
createRoot(document.getElementById('app')!).render(<Admin />);
