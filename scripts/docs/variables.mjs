/** The environment variables: the table of docs/reference/configuration.md, and .env.example. */
import { environment } from '../../dist/config/environment.js';
import { between, code, table } from './markdown.mjs';

const shownDefault = ({ default: value }) => (value === null || value === undefined ? '' : String(value));

/** What a new .env usually sets; the other variables are in it as comments. */
const USUAL = ['DATABASE_URL', 'PORT', 'SOCKET_PORT'];

export function envExample() {
  const entries = Object.entries(environment).map(([name, variable]) => {
    const off = USUAL.includes(name) ? '' : '# ';
    const example = name === 'DATABASE_URL' ? '\n# postgres://user:password@localhost:5432/chat' : '';
    return `# ${variable.about.replaceAll('`', '')}${example}\n${off}${name}=${shownDefault(variable)}`;
  });
  return `# Copy this file to .env. A variable that is missing or empty has its default.\n\n${entries.join('\n\n')}\n`;
}

/** The handwritten page with its table brought up to date. */
export function configuration(current) {
  const rows = Object.entries(environment).map(([name, variable]) => {
    const value = shownDefault(variable);
    return [code(name), value === '' ? '' : code(value), variable.about];
  });
  return between(current, 'variables', table(['variable', 'default', 'meaning'], rows));
}
