import type { Block } from '@chat-api/client';
import { useChat } from '@chat-api/client/react';
import { useEffect, useState } from 'react';
import { useNames } from '../parts/system';
import { more } from '../text/en-more';

/** What others learn, and may do. */
export function Privacy() {
  return (
    <>
      <Visible />
      <Adds />
      <Blocked />
    </>
  );
}

function Visible() {
  const client = useChat();
  const [visible, setVisible] = useState<boolean | null>(null);
  useEffect(() => {
    client.call('getVisibility', {}).then(
      (answer) => setVisible(answer.visible),
      () => undefined,
    );
  }, [client]);
  const change = (wanted: boolean) => {
    setVisible(wanted);
    client.call('setVisibility', { visible: wanted }).catch(() => setVisible(!wanted));
  };
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={visible ?? true}
        disabled={visible === null}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      {more.settings.visible}
    </label>
  );
}

/** Who adds one to groups without asking: the stricter of this and what the server has. */
function Adds() {
  const client = useChat();
  const [adds, setAdds] = useState<keyof typeof more.settings.addsOf | null>(null);
  useEffect(() => {
    client.call('getGroupAdds', {}).then(
      ({ groupAdds }) => setAdds(groupAdds ?? 'server'),
      () => undefined,
    );
  }, [client]);
  const change = (wanted: keyof typeof more.settings.addsOf) => {
    setAdds(wanted);
    client
      .call('setGroupAdds', { groupAdds: wanted === 'server' ? null : wanted })
      .catch(() => setAdds(adds));
  };
  return (
    <label className="one-of">
      <span>{more.settings.adds}</span>
      <select
        className="field"
        value={adds ?? 'server'}
        disabled={adds === null}
        onChange={(event) => change(event.currentTarget.value as keyof typeof more.settings.addsOf)}
      >
        {Object.entries(more.settings.addsOf).map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Blocked() {
  const client = useChat();
  const [blocks, setBlocks] = useState<readonly Block[] | null>(null);
  useEffect(() => {
    client.call('getBlocks', {}).then(setBlocks, () => undefined);
  }, [client]);
  const nameOf = useNames(blocks?.map(({ userId }) => userId) ?? []);
  const unblock = (userId: number) => {
    client.call('unblockUser', { userId }).then(
      () => setBlocks((before) => before?.filter((one) => one.userId !== userId) ?? null),
      () => undefined,
    );
  };
  return (
    <section>
      <h3 className="label">{more.settings.blocked}</h3>
      {blocks?.length === 0 && <p className="soft">{more.settings.noBlocked}</p>}
      <ul className="people">
        {blocks?.map(({ userId }) => (
          <li key={userId} className="person">
            <span className="person-name" dir="auto">
              {nameOf(userId)}
            </span>
            <button type="button" className="link" onClick={() => unblock(userId)}>
              {more.details.unblock}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
