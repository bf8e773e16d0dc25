import type { CreatedWebhook, Webhook } from '@chat-api/client';
import { useState } from 'react';
import { announce } from '../../parts/announcer';
import { ArrowLeft } from '../../parts/icons';
import { Plus } from '../../parts/icons-more';
import { addStyles } from '../../parts/styles';
import { call } from '../api';
import { Fault, Heading, Nothing } from '../parts';
import type { Server } from '../server';
import { webhookHref } from '../route';
import { Form, type Given } from './form';
import { Secret, type ShownSecret } from './secret';
import { useWebhooks } from './use-webhooks';
import { Status, WebhookPage } from './webhook';
import styles from './webhooks.css?inline';
import { EVENTS, nameOf, placeOf } from './words';

addStyles(styles);

/** The webhooks of the application; one of them beside the list, on a phone instead of it. */
export default function Webhooks({ webhookId, server }: { webhookId: number | null; server: Server }) {
  const { webhooks, fault, load, looked } = useWebhooks();
  const [adds, setAdds] = useState(false);
  const [shown, setShown] = useState<ShownSecret | null>(null);
  const names = server.webhookEvents.length > 0 ? server.webhookEvents : Object.keys(EVENTS);
  const webhook = webhooks?.find(({ id }) => id === webhookId);
  const add = async ({ url, events, description }: Given) => {
    const { id, secret } = await call<CreatedWebhook>('POST', '/webhooks', {
      body: { url, events, ...(description === '' ? {} : { description }) },
    });
    setAdds(false);
    announce('The webhook was added.');
    setShown({ secret, formerUntil: null });
    // The list has to have it before it is chosen.
    await load();
    location.hash = webhookHref(id);
  };
  return (
    <div className={webhookId === null ? 'persons-screen' : 'persons-screen one'}>
      <div className="finder">
        <div className="screen-head">
          <Heading focus="taken">Webhooks</Heading>
          <button type="button" className="button small with-icon" onClick={() => setAdds(true)}>
            <Plus size={16} /> Add
          </button>
        </div>
        <Fault text={fault} again={() => void load()} />
        {webhooks?.length === 0 && (
          <Nothing title="No webhooks yet">
            A URL of yours that is sent what happens in chats, signed, in order and at least once.
          </Nothing>
        )}
        <List webhooks={webhooks ?? []} chosen={webhookId} />
      </div>
      <div className="found">
        {webhookId !== null && (
          <a className="back" href="#/webhooks">
            <ArrowLeft size={18} /> Webhooks
          </a>
        )}
        {webhook ? (
          <WebhookPage
            key={webhook.id}
            webhook={webhook}
            names={names}
            looked={looked}
            load={load}
            show={setShown}
          />
        ) : (
          webhooks !== null &&
          (webhookId !== null ? (
            <Nothing title={`There is no webhook ${webhookId}`}>It was deleted, or never was.</Nothing>
          ) : (
            webhooks.length > 0 && (
              <Nothing title="No webhook is chosen">
                How it does, what did not get through and its log come here.
              </Nothing>
            )
          ))
        )}
      </div>
      {adds && <Form webhook={null} names={names} close={() => setAdds(false)} save={add} />}
      {shown && <Secret shown={shown} close={() => setShown(null)} />}
    </div>
  );
}

function List({ webhooks, chosen }: { webhooks: readonly Webhook[]; chosen: number | null }) {
  return (
    <ul className="persons" aria-label="Webhooks">
      {webhooks.map((webhook) => {
        const { id, url, status, dead, parked } = webhook;
        const { host, path } = placeOf(url);
        return (
          <li key={id}>
            <a href={webhookHref(id)} aria-current={id === chosen ? 'true' : undefined}>
              <span className="who">
                <span className="name" dir="auto">
                  {nameOf(webhook)}
                </span>
                <span className="soft small ids">
                  {host}
                  {path}
                </span>
              </span>
              <span className="tags">
                {dead > 0 ? (
                  <span className="tag bad">{dead} dead</span>
                ) : (
                  parked > 0 && <span className="tag warn">{parked} wait</span>
                )}
                {(status !== 'on' || (dead === 0 && parked === 0)) && <Status status={status} />}
              </span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}
