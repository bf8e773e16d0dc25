import { useState } from 'react';
import { Check, CircleAlert } from '../../parts/icons';
import { Heading } from '../parts';
import { clockOf, lengthOf, momentOf } from '../times';
import { Tile } from './tile';
import { bytes, milliseconds, numberOf, perSecond } from './units';
import { type Chart, type Verdict, verdictsOf } from './verdicts';
import type { Watch, Watched } from './nodes';
import { useWatch } from './watch';

/** What is online, and how it does. */
export function Overview() {
  const watch = useWatch();
  const [chosen, setChosen] = useState<string | null>(null);
  const nodes = [...watch.nodes];
  const [name, node] = nodes.find(([one]) => one === chosen) ?? nodes[0] ?? [null, null];
  return (
    <div className="screen">
      <div className="screen-head">
        <Heading focus="taken">Overview</Heading>
        {nodes.length > 1 && (
          <div className="tabs" role="group" aria-label="Node">
            {nodes.map(([one, { status }]) => (
              <button type="button" key={one} aria-pressed={one === name} onClick={() => setChosen(one)}>
                {status.host} <span className="soft">{one.slice(0, 4)}</span>
              </button>
            ))}
          </div>
        )}
      </div>
      <Away watch={watch} />
      {node && <Node node={node} />}
    </div>
  );
}

function Away({ watch: { fault, nodes } }: { watch: Watch }) {
  if (!fault) return nodes.size === 0 ? <p className="asking soft">Asking the server…</p> : null;
  return (
    <div className="notice bad" role="alert">
      <CircleAlert size={18} />
      <p>
        {fault.text} No answer since {clockOf(fault.since)}. It is asked again every few seconds.
      </p>
    </div>
  );
}

const POOL = 'Connections to PostgreSQL that are in use. Callers wait when none is free.';

function Node({ node: { status, figures, at } }: { node: Watched }) {
  const verdicts = verdictsOf(status, figures);
  const faultOf = (chart: Chart) => verdicts.find((one) => one.chart === chart)?.text;
  const last = figures.at(-1)!;
  const common = { figures, now: at };
  return (
    <>
      <State verdicts={verdicts} />
      <div className="tiles">
        <Tile
          {...common}
          title="Connections"
          about="Sockets that are open at this node. A person may have several."
          of={({ connections }) => connections}
          shown={numberOf}
          atLeast={10}
          beside={`${numberOf(last.people).number} ${last.people === 1 ? 'person' : 'people'} online`}
        />
        <Tile
          {...common}
          title="Messages"
          about="Messages that this node has written, in each second."
          of={({ messagesPerS }) => messagesPerS}
          shown={perSecond}
          atLeast={1}
          none="measuring"
          beside={`${numberOf(status.messages).number} since the start`}
        />
        <Tile
          {...common}
          title="Time to ack"
          about="How long senders waited until their message was stored: 99 and 50 of a hundred at most so long."
          of={({ ackP99Ms }) => ackP99Ms}
          second={{ name: 'p50', of: ({ ackP50Ms }) => ackP50Ms }}
          name="p99"
          shown={milliseconds}
          atLeast={10}
          none="no sends"
          fault={faultOf('acks')}
        />
        <Tile
          {...common}
          title="Event loop delay"
          about="How long the process let things wait that were due: 99 of a hundred at most so long."
          of={({ loopP99Ms }) => loopP99Ms}
          name="p99"
          shown={milliseconds}
          atLeast={10}
          none="measuring"
          fault={faultOf('eventLoop')}
        />
        <Tile
          {...common}
          title="Memory"
          about="What the process has of the memory of the machine."
          of={({ memoryBytes }) => memoryBytes}
          shown={bytes}
          atLeast={256 * 1024 * 1024}
        />
        <Tile
          {...common}
          title="Outbound queue"
          about="Bytes that slow clients have not taken yet."
          of={({ waitingBytes }) => waitingBytes}
          shown={bytes}
          atLeast={1024 * 1024}
          beside="for slow clients"
          fault={faultOf('output')}
        />
        <Tile
          {...common}
          title="Writer queue"
          about="Messages that wait for the database."
          of={({ writerWaiting }) => writerWaiting}
          shown={numberOf}
          atLeast={10}
          beside={`of ${numberOf(last.writerMost).number}`}
          fault={faultOf('writer')}
        />
        <Tile
          {...common}
          title="Database pool"
          about={POOL}
          of={({ poolBusy }) => poolBusy}
          shown={(value) => ({ ...numberOf(value), unit: 'in use' })}
          atLeast={10}
          beside={`${last.poolIdle} idle · ${last.poolWaiting} waiting`}
          fault={faultOf('pool')}
        />
      </div>
      <dl className="facts">
        <Fact name="Node" value={`${status.host} (${status.node})`} />
        <Fact name="Version" value={status.version} />
        <Fact
          name="Started"
          value={`${momentOf(status.startedAt)}, ${lengthOf(Date.parse(status.now) - Date.parse(status.startedAt))} ago`}
        />
        <Fact name="PostgreSQL" value={status.database} />
        <Fact name="Redis" value={status.redis ?? 'not used'} />
      </dl>
    </>
  );
}

function State({ verdicts }: { verdicts: readonly Verdict[] }) {
  if (verdicts.length === 0)
    return (
      <p className="notice good" role="status">
        <Check size={18} />
        All is well.
      </p>
    );
  return (
    <div className="notice bad" role="status">
      <CircleAlert size={18} />
      <ul>
        {verdicts.map(({ text }) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
