import type { ChatListItem } from '@chat-api/client';
import { useChat } from '@chat-api/client/react';
import { useState } from 'react';
import { Dialog } from '../parts/dialog';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';
import { Choices } from './choices';
import { spanOf } from './spans';

const SLOW_SECONDS = [10, 30, 60, 300, 900, 3_600, 21_600];

/** The rules of a group in a few words, where they are not the usual ones. */
export function rulesOf({ visibility, sending, slowModeSeconds }: ChatListItem): string[] {
  return [
    visibility === 'public' && more.rules.isPublic,
    sending === 'admins' && more.rules.adminsWrite,
    sending === 'all' && slowModeSeconds > 0 && more.rules.slowMode(spanOf(slowModeSeconds)),
  ].filter((one) => one !== false);
}

/** For the owner and admins: who may write, how often, who adds people, and who finds the group. */
export default function Rules({ chat, close }: { chat: ChatListItem; close: () => void }) {
  const client = useChat();
  const { sending, slowModeSeconds, addMembers, visibility, historyVisible } = chat;
  const [rules, setRules] = useState({ sending, slowModeSeconds, addMembers, visibility, historyVisible });
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const change = (changes: Partial<typeof rules>) => setRules((before) => ({ ...before, ...changes }));
  const changed = Object.entries(rules).filter(([key, value]) => chat[key as keyof typeof rules] !== value);
  const save = () => {
    setBusy(true);
    setFault(null);
    client
      .call('updateChat', { chatId: chat.id, ...Object.fromEntries(changed) })
      .then(close)
      .catch((error: unknown) => {
        setFault(sentenceOf(error));
        setBusy(false);
      });
  };
  const slow = [...new Set([...SLOW_SECONDS, slowModeSeconds])].filter((n) => n > 0).sort((a, b) => a - b);
  return (
    <Dialog
      title={more.rules.title}
      close={close}
      foot={
        <>
          {fault && (
            <p className="fault" role="alert">
              {fault}
            </p>
          )}
          <button type="button" className="button" onClick={close}>
            {more.details.cancel}
          </button>
          <button
            type="button"
            className="button primary"
            disabled={busy || changed.length === 0}
            onClick={save}
          >
            {more.rules.save}
          </button>
        </>
      }
    >
      <Choices
        legend={more.rules.sending}
        name="sending"
        options={more.rules.sendings}
        value={rules.sending}
        change={(one) => change({ sending: one })}
      />
      <label className="one-of">
        <span className="label">{more.rules.slow}</span>
        <select
          className="field"
          value={rules.slowModeSeconds}
          onChange={(event) => change({ slowModeSeconds: Number(event.currentTarget.value) })}
        >
          <option value={0}>{more.rules.off}</option>
          {slow.map((seconds) => (
            <option key={seconds} value={seconds}>
              {spanOf(seconds)}
            </option>
          ))}
        </select>
        <span className="soft">{more.rules.slowHelp}</span>
      </label>
      <Choices
        legend={more.rules.adding}
        name="adding"
        options={more.rules.addings}
        value={rules.addMembers}
        change={(one) => change({ addMembers: one })}
      />
      <Choices
        legend={more.rules.visibility}
        name="visibility"
        options={more.rules.visibilities}
        value={rules.visibility}
        change={(one) => change({ visibility: one })}
      />
      <Choices
        legend={more.rules.history}
        name="history"
        options={more.rules.histories}
        value={rules.historyVisible}
        change={(one) => change({ historyVisible: one })}
      />
    </Dialog>
  );
}
