import { useSyncExternalStore } from 'react';
import type { Where } from './where';

export interface Route {
  /** The chat that is open; null: none. */
  where: Where | null;
  /** The message to show in it. */
  seq: number | null;
  /** The code of an invitation by link; null: none. */
  invite: string | null;
}

/**
 * `#/c/12`, `#/c/12/345` with the seq of a message, `#/u/7` for the direct chat with a user, `#/join/…` with the code of an
 * invitation.
 */
function parse(hash: string): Route {
  const [, kind, id, seq] = hash.split('/');
  const number = (text: string | undefined) => (/^\d{1,15}$/.test(text ?? '') ? Number(text) : null);
  const one = number(id);
  const invite = kind === 'join' && id ? id : null;
  if (one === null || (kind !== 'c' && kind !== 'u')) return { where: null, seq: null, invite };
  return { where: kind === 'c' ? one : { direct: one }, seq: number(seq), invite: null };
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

/** The chat that is open at this moment; null: none. */
export function shownNow(): Where | null {
  return current().where;
}

export function hrefOf(where: Where | null): string {
  if (where === null) return '#/';
  return typeof where === 'number' ? `#/c/${where}` : `#/u/${where.direct}`;
}

export function go(where: Where | null): void {
  location.hash = hrefOf(where);
}

/** The same place under another address, without a step to go back to. */
export function replace(where: Where | null): void {
  history.replaceState(null, '', hrefOf(where));
  dispatchEvent(new HashChangeEvent('hashchange'));
}
