import type { Block } from '@chat-api/client';
import { useChat, useConnection } from '@chat-api/client/react';
import { useState } from 'react';
import { useAsked, Waiting } from '../parts/asked';
import { useNames } from '../parts/system';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';

interface Chosen {
  visible: boolean;
  adds: keyof typeof more.settings.addsOf;
  blocks: readonly Block[];
}

/** What others learn, and may do. */
export function Privacy() {
  const client = useChat();
  const live = useConnection().state === 'live';
  const asked = useAsked(async (): Promise<Chosen> => {
    const [{ visible }, { groupAdds }, blocks] = await Promise.all([
      client.call('getVisibility', {}),
      client.call('getGroupAdds', {}),
      client.call('getBlocks', {}),
    ]);
    return { visible, adds: groupAdds ?? 'server', blocks };
  }, [client, live]);
  const [fault, setFault] = useState<string | null>(null);
  const { value: chosen, set } = asked;
  /** Shown at once, and taken back where it is refused. */
  const change = (changed: Partial<Chosen>, call: Promise<unknown>) => {
    const before = Object.fromEntries(
      Object.keys(changed).map((name) => [name, chosen![name as keyof Chosen]]),
    ) as Partial<Chosen>;
    const put = (some: Partial<Chosen>) => set((now) => now && { ...now, ...some });
    setFault(null);
    put(changed);
    call.catch((error: unknown) => {
      put(before);
      setFault(sentenceOf(error));
    });
  };
  const nameOf = useNames(chosen?.blocks.map(({ userId }) => userId) ?? []);
  return (
    <>
      <label className="check">
        <input
          type="checkbox"
          checked={chosen?.visible ?? true}
          disabled={chosen === null}
          onChange={({ currentTarget: { checked: visible } }) =>
            change({ visible }, client.call('setVisibility', { visible }))
          }
        />
        {more.settings.visible}
      </label>
      <label className="one-of">
        <span>{more.settings.adds}</span>
        <select
          className="field"
          value={chosen?.adds ?? 'server'}
          disabled={chosen === null}
          onChange={(event) => {
            // The stricter of this and what the server has.
            const adds = event.currentTarget.value as Chosen['adds'];
            change({ adds }, client.call('setGroupAdds', { groupAdds: adds === 'server' ? null : adds }));
          }}
        >
          {Object.entries(more.settings.addsOf).map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <section>
        <h3 className="label">{more.settings.blocked}</h3>
        {chosen?.blocks.length === 0 && <p className="soft">{more.settings.noBlocked}</p>}
        <ul className="people">
          {chosen?.blocks.map(({ userId }) => (
            <li key={userId} className="person">
              <span className="person-name" dir="auto">
                {nameOf(userId)}
              </span>
              <button
                type="button"
                className="link"
                onClick={() =>
                  change(
                    { blocks: chosen.blocks.filter((one) => one.userId !== userId) },
                    client.call('unblockUser', { userId }),
                  )
                }
              >
                {more.details.unblock}
              </button>
            </li>
          ))}
        </ul>
      </section>
      <Waiting asked={asked} />
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}
