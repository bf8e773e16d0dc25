import { useSyncExternalStore } from 'react';

export const STATUSES = ['open', 'resolved', 'dismissed'] as const;
export type ReportStatus = (typeof STATUSES)[number];

export type Route =
  | { screen: 'overview' }
  | { screen: 'reports'; status: ReportStatus }
  | { screen: 'people'; userId: number | null }
  | { screen: 'audit' };

/** `#/`, `#/reports/open`, `#/people`, `#/people/12`, `#/audit`. What is not one of them is the overview. */
export function parse(hash: string): Route {
  const [, screen, rest = ''] = hash.split('/');
  if (screen === 'reports') return { screen, status: STATUSES.find((status) => status === rest) ?? 'open' };
  if (screen === 'people') return { screen, userId: /^[1-9]\d{0,14}$/.test(rest) ? Number(rest) : null };
  if (screen === 'audit') return { screen };
  return { screen: 'overview' };
}

let hash = '';
let route = parse('');

function current(): Route {
  if (location.hash !== hash) {
    hash = location.hash;
    route = parse(hash);
  }
  return route;
}

export function useRoute(): Route {
  return useSyncExternalStore((listener) => {
    addEventListener('hashchange', listener);
    return () => removeEventListener('hashchange', listener);
  }, current);
}

export const personHref = (id: number): string => `#/people/${id}`;
