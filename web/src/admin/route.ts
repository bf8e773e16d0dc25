import { useSyncExternalStore } from 'react';

export const STATUSES = ['open', 'resolved', 'dismissed'] as const;
export type ReportStatus = (typeof STATUSES)[number];

export type Route =
  | { screen: 'overview' }
  | { screen: 'reports'; status: ReportStatus }
  | { screen: 'people'; userId: number | null }
  | { screen: 'webhooks'; webhookId: number | null }
  | { screen: 'audit' };

const idOf = (text: string): number | null => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : null);

/** `#/`, `#/reports/open`, `#/people`, `#/people/12`, `#/webhooks/3`, `#/audit`. What is not one of them is the overview. */
export function parse(hash: string): Route {
  const [, screen, rest = ''] = hash.split('/');
  if (screen === 'reports') return { screen, status: STATUSES.find((status) => status === rest) ?? 'open' };
  if (screen === 'people') return { screen, userId: idOf(rest) };
  if (screen === 'webhooks') return { screen, webhookId: idOf(rest) };
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
export const webhookHref = (id: number): string => `#/webhooks/${id}`;
