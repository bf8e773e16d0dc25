import type { ReactNode } from 'react';
import { prefer, usePreferences } from '../app/preferences';

/** Pages of the server, by path. */
const PAGES = { '/': 'Chat', '/console': 'Console', '/admin': 'Admin' } as const;

interface Props {
  title: string;
  /** Whose page it is. */
  server: string | null;
  /** The pages that there are, and which of them is this one. */
  pages: readonly string[];
  here: keyof typeof PAGES;
  children?: ReactNode;
}

/** The head of the pages beside the chat: where one is, the way to the others, and the theme. */
export function PageHead({ title, server, pages, here, children }: Props) {
  const { theme } = usePreferences();
  return (
    <header className="top">
      <h1>{title}</h1>
      <span className="soft server" dir="auto">
        {server}
      </span>
      <nav aria-label="Pages">
        {Object.entries(PAGES).map(
          ([path, name]) =>
            path !== here &&
            pages.includes(path) && (
              <a key={path} href={path}>
                {name}
              </a>
            ),
        )}
        <a href="/docs">Documents</a>
      </nav>
      <label>
        <span className="hidden">Theme</span>
        <select
          className="choice"
          value={theme}
          onChange={(event) => prefer({ theme: event.currentTarget.value as typeof theme })}
        >
          <option value="system">System</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </label>
      {children}
    </header>
  );
}
