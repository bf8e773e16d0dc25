import type { Message, TimelineItem } from '@chat-api/client';
import { type Action } from '../parts/menu';
import { CircleAlert, Info, Reply, Smile } from '../parts/icons';
import { Copy, MailOpen, Pencil, Plus, Trash } from '../parts/icons-more';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { isStored } from '../timeline/rows';

type Simple = 'reply' | 'edit' | 'copy' | 'unread' | 'info' | 'remove' | 'hide';

export type MessageTodo = Record<Simple, (item: TimelineItem) => void> & {
  react: (item: TimelineItem, anchor: HTMLElement) => void;
  toggle: (item: TimelineItem, emoji: string, mine: boolean) => void;
  retry: (key: string) => void;
};

const SIZE = 16;

/** What can be done with a message, by whose it is and how far it is. */
export function actionsOf(
  item: TimelineItem,
  { own, canWrite, canReact }: { own: boolean; canWrite: boolean; canReact: boolean },
  todo: MessageTodo,
  anchor: HTMLElement,
): Action[] {
  const { message } = item;
  const stored = isStored(message);
  const gone = stored && message.deletedAt !== null;
  const actions: (Action | false)[] = [
    item.status === 'failed' && {
      label: more.chat.retry,
      icon: <CircleAlert size={SIZE} />,
      run: () => todo.retry(item.key),
    },
    stored &&
      !gone &&
      canWrite && { label: en.chat.reply, icon: <Reply size={SIZE} />, run: () => todo.reply(item) },
    stored &&
      !gone &&
      canReact && { label: en.chat.react, icon: <Smile size={SIZE} />, run: () => todo.react(item, anchor) },
    own &&
      !gone &&
      canWrite && { label: more.chat.edit, icon: <Pencil size={SIZE} />, run: () => todo.edit(item) },
    !gone &&
      navigator.clipboard !== undefined && {
        label: more.chat.copy,
        icon: <Copy size={SIZE} />,
        run: () => todo.copy(item),
      },
    stored && !gone && { label: more.chat.info, icon: <Info size={SIZE} />, run: () => todo.info(item) },
    stored &&
      !own && { label: more.chat.unreadFrom, icon: <MailOpen size={SIZE} />, run: () => todo.unread(item) },
    stored && {
      label: more.chat.deleteForMe,
      icon: <Trash size={SIZE} />,
      danger: true,
      run: () => todo.hide(item),
    },
    (stored ? own && !gone : true) && {
      label: stored ? more.chat.deleteForAll : more.chat.discard,
      icon: <Trash size={SIZE} />,
      danger: true,
      run: () => todo.remove(item),
    },
  ];
  return actions.filter((action) => action !== false);
}

const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🎉'];

export function QuickReactions({
  message,
  pick,
  done,
  more,
}: {
  message: Message;
  pick: (emoji: string, mine: boolean) => void;
  done: () => void;
  more: () => void;
}) {
  const isMine = (emoji: string) => message.reactions.some((one) => one.emoji === emoji && one.mine === true);
  return (
    <div className="quick" role="group" aria-label={en.chat.reactions}>
      {QUICK.map((emoji) => (
        <button
          key={emoji}
          type="button"
          aria-pressed={isMine(emoji)}
          onClick={() => {
            pick(emoji, isMine(emoji));
            done();
          }}
        >
          {emoji}
        </button>
      ))}
      <button
        type="button"
        aria-label={en.chat.react}
        onClick={() => {
          done();
          more();
        }}
      >
        <Plus size={18} />
      </button>
    </div>
  );
}
