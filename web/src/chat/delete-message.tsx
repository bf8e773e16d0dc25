import type { Message, Room } from '@chat-api/client';
import { Confirm } from '../parts/dialog';
import { more } from '../text/en-more';

interface Props {
  room: Room;
  message: Message;
  own: boolean;
  failed: (fault: unknown) => void;
  close: () => void;
}

/** Asks before a message is deleted: one's own for everyone, another one for oneself. */
export default function DeleteMessage({ room, message, own, failed, close }: Props) {
  return (
    <Confirm
      title={more.details.sure}
      text={own ? more.chat.deleteHelp : more.chat.hideHelp}
      action={own ? more.chat.deleteForAll : more.chat.deleteForMe}
      run={() => void room.delete(message.id, own ? 'everyone' : 'me').catch(failed)}
      close={close}
    />
  );
}
