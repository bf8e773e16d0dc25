import type { ChatClient } from '@chat-api/client';
import { show } from './dialogs';
import { keepKeyboardInset } from './keyboard-inset';
import { preferences } from './preferences';
import { go } from './route';

const REGIONS = [
  '.list a[aria-current="page"], .list a, .list button',
  '[role="feed"] [tabindex="0"]',
  '.composer textarea',
  '.details button',
];

function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

const inFeed = () => document.activeElement?.closest('[role="feed"]') != null;

/** The keys that work anywhere in the page, and the room that a keyboard on the screen takes. @returns the way to end it */
export function listen(client: ChatClient): () => void {
  const pressed = (event: KeyboardEvent) => {
    const { key, altKey, shiftKey } = event;
    const control = event.ctrlKey || event.metaKey;
    if (event.isComposing || document.querySelector('dialog[open]')) return;
    if (control && !shiftKey && !altKey && key.toLowerCase() === 'k') show('goTo');
    else if (altKey && !control && (key === 'ArrowUp' || key === 'ArrowDown'))
      step(client, key === 'ArrowDown' ? 1 : -1, shiftKey);
    else if (key === 'F6' && preferences().regions) region(shiftKey ? -1 : 1);
    else if (control && (key === 'Home' || key === 'End') && inFeed()) {
      const beyond =
        key === 'Home' ? ['.chat-head button:last-of-type'] : ['.composer textarea', '.composer button'];
      beyond
        .map((one) => document.querySelector<HTMLElement>(one))
        .find((one) => one !== null)
        ?.focus();
    } else if (key === '?' && !inField(event.target)) show('help');
    else return;
    event.preventDefault();
  };
  addEventListener('keydown', pressed);
  const endInset = keepKeyboardInset();
  return () => {
    removeEventListener('keydown', pressed);
    endInset();
  };
}

function step(client: ChatClient, by: 1 | -1, unread: boolean): void {
  const all = client.chats('inbox').get().items;
  const at = all.findIndex(({ id, otherUser }) =>
    [`#/c/${id}`, `#/u/${otherUser?.id}`].includes(location.hash.split('/').slice(0, 3).join('/')),
  );
  for (
    let next = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
    next >= 0 && next < all.length;
    next += by
  ) {
    const chat = all[next]!;
    if (!unread || chat.unread > 0) {
      go(chat.id);
      return;
    }
  }
}

function region(by: 1 | -1): void {
  const there = REGIONS.map((one) => document.querySelector<HTMLElement>(one));
  const roots = ['.list', '[role="feed"]', '.composer', '.details'];
  const at = roots.findIndex((root) => document.activeElement?.closest(root));
  for (let turn = 1; turn <= there.length; turn++) {
    const next = there[(at + turn * by + 2 * there.length) % there.length];
    if (next && next.offsetParent !== null) {
      next.focus();
      return;
    }
  }
}
