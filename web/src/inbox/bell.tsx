import { useNotifications } from '@chat-api/client/react/notifications';
import { show } from '../app/dialogs';
import { Bell } from '../parts/icons-more';
import { more } from '../text/en-more';
import '../parts/later-styles';

/** So many are counted. */
const MOST = 99;

/** The way to what one was told of, with how many are new. */
export default function BellButton() {
  const { unseen } = useNotifications();
  const label = unseen === 0 ? more.inbox.title : more.inbox.unseen(unseen);
  return (
    <button
      type="button"
      className="icon-button bell"
      aria-label={label}
      title={label}
      onClick={() => show('inbox')}
    >
      <Bell size={20} />
      {unseen > 0 && <span className="bell-count">{unseen > MOST ? `${MOST}+` : unseen}</span>}
    </button>
  );
}
