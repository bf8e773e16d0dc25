import type { Message, TimelineItem } from '@chat-api/client';
import { useMe, useUser } from '@chat-api/client/react';
import { lazy, memo, type MouseEvent, useState } from 'react';
import { Avatar, Picture } from '../parts/avatar';
import { More, Reply, Smile } from '../parts/icons';
import { useName } from '../parts/names';
import { useNames, useSystemText } from '../parts/system';
import { dayName, fullTimeOf, timeOf } from '../parts/times';
import { en } from '../text/en';
import { plainOf, Text } from '../text/text';
import { isStored, isSystem, type RowShape, streamOf } from './rows';
import { Ticks } from './ticks';
import { later } from '../app/load-later';
import { Part } from '../parts/part';

const RowFault = lazy(async () => ({ default: (await later()).RowFault }));

const Growing = lazy(async () => ({ default: (await later()).Growing }));

export interface RowActions {
  menu: (item: TimelineItem, anchor: HTMLElement) => void;
  react: (item: TimelineItem, anchor: HTMLElement) => void;
  toggle: (item: TimelineItem, emoji: string, mine: boolean) => void;
  reply: (item: TimelineItem) => void;
  copy: (item: TimelineItem) => void;
  jump: (seq: number, from: number | null) => void;
  retry: (key: string) => void;
  discard: (key: string) => void;
}

interface Props extends Omit<RowShape, 'item'> {
  item: TimelineItem;
  own: boolean;
  group: boolean;
  /** The place of one that is not stored yet; 0 for all others: each new message would draw every row anew. */
  next: number;
  /** Of today: a midnight draws the headings anew. */
  today: string;
  now: number;
  focusable: boolean;
  marked: boolean;
  /** A pending message has waited for long. */
  late: boolean;
  readers: string;
  /** Of one's own message in a group: how many have read it, where that is known. */
  seenBy: number;
  actions: RowActions;
}

const LONG_PRESS_MS = 450;

/** Whether a text is nothing but one to three emoji: they are shown large. */
const EMOJI = /^(?:\p{RGI_Emoji}){1,3}$/v;
/** How each of them begins: nearly all texts don't, and all sequences of emoji need not be tried on them. */
const BEGINS = /^(?:\p{Extended_Pictographic}|\p{Emoji_Presentation}|[\d#*]\uFE0F?\u20E3)/u;

function isEmoji(content: string): boolean {
  const text = content.length < 60 ? content.trim() : '';
  return BEGINS.test(text) && EMOJI.test(text);
}

export const Row = memo(function Row(props: Props) {
  const { item, own, day, divider, first, last, now, marked, focusable, next, group, readers, seenBy } =
    props;
  const { message, status } = item;
  const name = useName(message.senderId);
  const system = isSystem(message);
  // What nobody points at shows no tools: they are half of what a row is made of. Screen readers have the menu.
  const [near, setNear] = useState(false);
  const stream = streamOf(message);
  const time = timeOf(message.createdAt);
  const label = [
    system ? time : en.chat.by(own ? en.you : name, time),
    isStored(message) && message.editedAt && message.deletedAt === null ? en.chat.edited : '',
    own && !system ? (seenBy ? en.chat.seenBy(seenBy) : en.chat.status[status]) : '',
    stream ? en.chat.stream[stream] : '',
  ];
  const kind = system ? ' system' : own ? ' own' : ' other';
  const bodyId = `m${item.key}`;
  return (
    <article
      className={`row${kind}${first ? ' first' : ''}${last ? ' last' : ''}${marked ? ' marked' : ''}`}
      data-key={item.key}
      data-seq={item.seq ?? undefined}
      aria-posinset={item.seq ?? next}
      aria-label={label.filter(Boolean).join(', ')}
      aria-describedby={bodyId}
      tabIndex={focusable ? 0 : -1}
      onMouseEnter={() => setNear(true)}
      onFocus={() => setNear(true)}
    >
      {day && (
        <h3 className="day">
          <time dateTime={message.createdAt}>{dayName(message.createdAt, now)}</time>
        </h3>
      )}
      {divider && (
        <div className="divider">
          <span>{en.chat.newMessages}</span>
        </div>
      )}
      {system ? (
        <SystemLine message={message as Message} id={bodyId} />
      ) : (
        <div className="line">
          {group && !own && (
            <span className="line-picture">{last && <Sender id={message.senderId!} name={name} />}</span>
          )}
          <Bubble {...props} name={name} id={bodyId} near={near} />
          {readers !== '' && <Readers ids={readers} />}
        </div>
      )}
    </article>
  );
});

function Sender({ id, name }: { id: number; name: string }) {
  return <Picture id={id} name={name} url={useUser(id)?.avatarUrl ?? null} small />;
}

function Readers({ ids }: { ids: string }) {
  const all = ids.split(',').map(Number);
  const nameOf = useNames(all);
  return (
    <span className="readers" aria-hidden="true" title={all.map(nameOf).join(', ')}>
      {all.slice(0, 3).map((id) => (
        <Avatar key={id} id={id} name={nameOf(id).slice(0, 1)} small />
      ))}
      {all.length > 3 && <span className="soft">+{all.length - 3}</span>}
    </span>
  );
}

function SystemLine({ message, id }: { message: Message; id: string }) {
  return (
    <p className="system-line" id={id} dir="auto">
      {useSystemText(message)}
    </p>
  );
}

function Bubble({
  item,
  own,
  group,
  first,
  last,
  late,
  actions,
  name,
  id,
  near,
}: Props & { name: string; id: string; near: boolean }) {
  const { message, status } = item;
  const stored = isStored(message) ? message : null;
  const deleted = stored?.deletedAt != null;
  const failed = status === 'failed';
  const mentions = stored?.metadata?.mentions;
  const mentioned = Array.isArray(mentions) && mentions.length > 0 ? (mentions as number[]) : null;
  const stream = streamOf(message);
  const growing = stored !== null && stream === 'growing';
  const cut = stream === null || growing ? '' : en.chat.stream[stream];
  const large = !deleted && !growing && isEmoji(message.content);
  const body = (content: string) =>
    mentioned ? <Mentioning content={content} mentions={mentioned} /> : <Text content={content} />;
  const showsTime = last || failed || late || cut !== '' || (stored?.editedAt != null && !deleted);
  let press: ReturnType<typeof setTimeout> | undefined;
  const menu = (event: MouseEvent<HTMLElement>) => actions.menu(item, event.currentTarget);
  return (
    <div className="bubble-box">
      <div
        className={`bubble${deleted ? ' gone' : ''}${large ? ' large' : ''}${item.changing ? ' changing' : ''}${failed ? ' failed' : ''}`}
        onContextMenu={(event) => {
          if (getSelection()?.isCollapsed === false || (event.target as HTMLElement).closest('a')) return;
          event.preventDefault();
          menu(event);
        }}
        onTouchStart={({ currentTarget }) => {
          press = setTimeout(() => actions.menu(item, currentTarget), LONG_PRESS_MS);
        }}
        onTouchEnd={() => clearTimeout(press)}
        onTouchMove={() => clearTimeout(press)}
      >
        {group && !own && first && (
          <p className={`sender hue${(message.senderId ?? 0) % 12}`} dir="auto">
            {name}
          </p>
        )}
        {message.replyToId !== null && !deleted && <Quote item={item} actions={actions} />}
        <div className="body" id={id} dir="auto" aria-busy={growing || undefined}>
          {deleted ? (
            en.chat.deleted
          ) : growing ? (
            <Part fallback={body(message.content)}>
              <Growing message={stored} show={body} />
            </Part>
          ) : (
            body(message.content)
          )}
          {showsTime && (
            <span className="meta" aria-hidden="true" title={fullTimeOf(message.createdAt)}>
              {cut && <span>{cut}</span>}
              {stored?.editedAt && !deleted && <span>{en.chat.edited}</span>}
              <time dateTime={message.createdAt} dir="ltr">
                {timeOf(message.createdAt)}
              </time>
              {own && !deleted && <Ticks status={status} />}
            </span>
          )}
        </div>
      </div>
      {stored && !deleted && (
        <div className={`tools${near ? '' : ' far'}`}>
          {near && (
            <button
              type="button"
              className="tool reacting"
              aria-label={en.chat.react}
              tabIndex={-1}
              onClick={(event) => actions.react(item, event.currentTarget)}
            >
              <Smile size={16} />
            </button>
          )}
          {near && (
            <button
              type="button"
              className="tool writing"
              aria-label={en.chat.reply}
              tabIndex={-1}
              onClick={() => actions.reply(item)}
            >
              <Reply size={16} />
            </button>
          )}
          <button type="button" className="tool" aria-label={en.chat.actions} tabIndex={-1} onClick={menu}>
            {near && <More size={16} />}
          </button>
        </div>
      )}
      {stored && stored.reactions.length > 0 && (
        <div className="reactions" role="group" aria-label={en.chat.reactions}>
          {stored.reactions.map(({ emoji, count, mine = false }) => (
            <button
              key={emoji}
              type="button"
              className="reaction"
              aria-pressed={mine}
              aria-label={en.chat.reaction(emoji, count, mine)}
              tabIndex={-1}
              onClick={() => actions.toggle(item, emoji, mine)}
            >
              <span>{emoji}</span>
              {count > 1 && <span className="reaction-count">{count}</span>}
            </button>
          ))}
        </div>
      )}
      {failed && (
        <Part>
          <RowFault item={item} actions={actions} />
        </Part>
      )}
      {late && !failed && <p className="row-note soft">{en.chat.waiting}</p>}
    </div>
  );
}

/** A text that mentions people, by whatever they are called now. */
function Mentioning({ content, mentions }: { content: string; mentions: readonly number[] }) {
  const me = useMe();
  const nameOf = useNames(mentions);
  const names = mentions.map((id) => (id === me?.id && me.name ? me.name : nameOf(id)));
  return <Text content={content} names={[...names, ...names.map((name) => name.split(' ')[0]!)]} />;
}

function Quote({ item, actions }: { item: TimelineItem; actions: RowActions }) {
  const { message } = item;
  const replyTo = isStored(message) ? message.replyTo : null;
  const name = useName(replyTo?.senderId ?? 0);
  if (!replyTo) return <p className="quote soft">{en.chat.quoteGone}</p>;
  return (
    <button
      type="button"
      className={`quote hue${(replyTo.senderId ?? 0) % 12}`}
      tabIndex={-1}
      onClick={() => actions.jump(replyTo.seq, item.seq)}
    >
      <span className={`quote-name hue${(replyTo.senderId ?? 0) % 12}`} dir="auto">
        {name}
      </span>
      <span className="quote-text" dir="auto">
        {replyTo.deleted ? en.list.deleted : plainOf(replyTo.excerpt)}
      </span>
    </button>
  );
}
