import '../styles/base.css';
import '../styles/parts.css';
import './admin.css';
import { createRoot } from 'react-dom/client';
import { applyTheme } from '../app/preferences';
import { Admin } from './admin';

applyTheme();
createRoot(document.getElementById('app')!).render(<Admin />);
