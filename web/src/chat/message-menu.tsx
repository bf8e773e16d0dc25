import type { TimelineItem } from '@chat-api/client';
import { Menu } from '../parts/menu';
import { en } from '../text/en';
import { isStored } from '../timeline/rows';
import { actionsOf, type MessageTodo, QuickReactions } from './message-actions';

interface Props {
  item: TimelineItem;
  anchor: HTMLElement;
  own: boolean;
  canWrite: boolean;
  canReact: boolean;
  todo: MessageTodo;
  close: () => void;
}

/** What can be done with a message. */
export default function MessageMenu({ item, anchor, own, canWrite, canReact, todo, close }: Props) {
  const { message } = item;
  const reactable = isStored(message) && message.deletedAt === null && canReact;
  return (
    <Menu
      label={en.chat.actions}
      anchor={anchor}
      actions={actionsOf(item, { own, canWrite, canReact }, todo, anchor)}
      close={close}
      head={
        reactable ? (
          <QuickReactions
            message={message}
            pick={(emoji, mine) => todo.toggle(item, emoji, mine)}
            done={close}
            more={() => todo.react(item, anchor)}
          />
        ) : undefined
      }
    />
  );
}
