import type { Erasure } from '@chat-api/client';
import { Check, Clock } from '../../parts/icons';
import { momentOf } from '../times';

const whole = new Intl.NumberFormat('en');

type Counts = Erasure['counts'];
/** The steps in their order, and what each has done. */
const STEPS: [step: string, words: string, done: (counts: Counts) => [number, string][]][] = [
  [
    'messages',
    'Messages',
    ({ messages, kept }) => [
      [messages, 'emptied'],
      [kept, 'kept without a name'],
    ],
  ],
  ['reactions', 'Reactions', ({ reactions }) => [[reactions, 'removed']]],
  ['mentions', 'Mentions', ({ mentions }) => [[mentions, 'removed']]],
  ['notes', 'Notes about groups', ({ notes }) => [[notes, 'without their name']]],
  [
    'chats',
    'Chats',
    ({ groups, directChats }) => [
      [groups, 'groups left'],
      [directChats, 'direct chats closed'],
    ],
  ],
  ['rows', 'All else', ({ rows }) => [[rows, 'rows']]],
];

/** How far an erasure is. */
export function ErasureProgress({ erasure }: { erasure: Erasure }) {
  const { status, step, counts, requestedAt, doneAt } = erasure;
  const done = status === 'done';
  const at = done
    ? STEPS.length
    : Math.max(
        0,
        STEPS.findIndex(([name]) => name === step),
      );
  return (
    <section className="erasure" aria-label="Erasure">
      <p className="erasure-head">
        <b>{done ? 'Erased' : 'Being erased'}</b>
        <span className="soft small">
          {doneAt === null ? `since ${momentOf(requestedAt)}` : momentOf(doneAt)} · erasure {erasure.id}
        </span>
      </p>
      {!done && <progress max={STEPS.length} value={at} aria-label="Progress" />}
      <ol>
        {STEPS.map(([name, words, doneOf], index) => {
          const counted = doneOf(counts).filter(([count]) => count > 0);
          const state = index < at ? 'done' : index === at ? 'now' : 'to come';
          return (
            <li key={name} className={state === 'to come' ? 'soft' : undefined}>
              {state === 'done' ? <Check size={16} /> : state === 'now' ? <Clock size={16} /> : <span />}
              <span>
                {words}
                <span className="hidden"> {state}</span>
              </span>
              <span className="soft small">
                {counted.length > 0
                  ? counted.map(([count, what]) => `${whole.format(count)} ${what}`).join(', ')
                  : state === 'done'
                    ? 'nothing'
                    : ''}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
