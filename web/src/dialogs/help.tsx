import { Dialog } from '../parts/dialog';
import { more } from '../text/en-more';

export default function Help({ close }: { close: () => void }) {
  return (
    <Dialog title={more.help.title} close={close} wide>
      <dl className="keys">
        {more.help.rows.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
