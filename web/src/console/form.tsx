import type { Fault } from './check';
import type { Config, Contract, Schema } from './contract';
import type { Editor } from './editor';
import { Field } from './field';
import type { Identity } from './identities';
import type { Sender } from './sender';
import { type Via, viasOf } from './sending';
import { fieldsOf } from './texts';
import { Tree } from './tree';
import { Words } from './words';

interface Props {
  contract: Contract;
  config: Config;
  who: Identity | null;
  editor: Editor;
  sender: Sender;
}

const VIAS: Record<Via, string> = {
  callback: 'Socket, callback',
  event: 'Socket, no callback',
  rest: 'REST',
};
const WHO: Record<string, string> = {
  oneself: 'The user, or the application.',
  known: 'The user, or the application.',
  person: 'A user only.',
  application: 'The application only.',
  anyone: 'Anybody.',
  off: 'Not in open mode.',
};

/** The faults of a field, and of what is below it. */
const at = (faults: Fault[], name: string) =>
  faults.filter(({ field }) => field === name || field.startsWith(`${name}.`));

export function Form({ contract, config, who, editor, sender }: Props) {
  const { command, tab, self } = editor;
  const fields = fieldsOf(command);
  const known = new Set(fields.map(([name]) => name));
  const elsewhere = sender.faults.filter(({ field }) => tab === 'json' || !known.has(field.split('.')[0]!));
  const { rest } = command;
  return (
    <form
      className="form"
      noValidate
      aria-label={command.name}
      onSubmit={(event) => {
        event.preventDefault();
        void sender.send();
      }}
    >
      <div className="about-command">
        <h2>{command.name}</h2>
        {rest && (
          <code className="route">
            {rest.method} {rest.path}
          </code>
        )}
        <p>
          <Words text={command.summary} />
        </p>
        <p className="soft small">
          {WHO[command.who[config.auth]]}
          {command.replies.length > 0 && ` Without a callback answered by ${command.replies.join(', ')}.`}
        </p>
      </div>
      <div className="input-bar">
        <div className="tabs" role="group" aria-label="Input">
          <button type="button" aria-pressed={tab === 'form'} onClick={() => editor.setTab('form')}>
            Form
          </button>
          <button type="button" aria-pressed={tab === 'json'} onClick={() => editor.setTab('json')}>
            JSON
          </button>
        </div>
        {fields.length > 0 && (
          <button type="button" className="button small quiet" onClick={editor.fillIn}>
            Fill in an example
          </button>
        )}
      </div>
      {tab === 'form' ? (
        <div className="fields">
          {fields.length === 0 && <p className="soft">This command has no input.</p>}
          {fields.map(([name, schema, required]: [string, Schema, boolean]) => (
            <Field
              key={`${command.name}.${name}`}
              name={name}
              schema={schema}
              required={required}
              text={editor.texts[name] ?? ''}
              self={
                command.actor.includes(name) && who?.userId != null && (name === self || !required)
                  ? String(who.userId)
                  : null
              }
              faults={at(sender.faults, name)}
              change={(text) => editor.setText(name, text)}
            />
          ))}
        </div>
      ) : (
        <textarea
          className="field mono raw"
          aria-label="Input as JSON"
          aria-invalid={elsewhere.length > 0}
          aria-describedby="elsewhere"
          spellCheck={false}
          rows={10}
          value={editor.raw}
          onInput={(event) => editor.setRaw(event.currentTarget.value)}
        />
      )}
      <div id="elsewhere">
        {elsewhere.map(({ field, message }) => (
          <p className="fault" key={`${field} ${message}`}>
            {field && <b>{field}</b>} {message}
          </p>
        ))}
      </div>
      {command.rules.length > 0 && (
        <ul className="rules soft" aria-label="Also">
          {command.rules.map((rule) => (
            <li key={rule}>{rule}</li>
          ))}
        </ul>
      )}
      <Send sender={sender} vias={viasOf(command)} who={who} />
      <Answer sender={sender} contract={contract} />
    </form>
  );
}

function Send({ sender, vias, who }: { sender: Sender; vias: Via[]; who: Identity | null }) {
  return (
    <div className="send">
      <button type="submit" className="button primary" disabled={sender.under}>
        Send <kbd>Ctrl ⏎</kbd>
      </button>
      <label>
        <span className="hidden">Send by</span>
        <select
          className="choice"
          value={sender.via}
          onChange={(event) => sender.setVia(event.currentTarget.value as Via)}
        >
          {vias.map((via) => (
            <option key={via} value={via} disabled={via !== 'rest' && who !== null && who.socket === null}>
              {VIAS[via]}
            </option>
          ))}
        </select>
      </label>
      <label className="tick">
        <input
          type="checkbox"
          checked={sender.checked}
          onChange={(event) => sender.setChecked(event.currentTarget.checked)}
        />
        Check first
      </label>
    </div>
  );
}

const msOf = (ms: number) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

function Answer({ sender: { outcome }, contract }: { sender: Sender; contract: Contract }) {
  return (
    <div className="answer">
      <p role="status" className={outcome?.kind === 'failed' ? 'fault' : 'said'}>
        {outcome?.kind === 'answer' && `Answered in ${msOf(outcome.ms)}.`}
        {outcome?.kind === 'waiting' && 'Sent. The answer is an event, in the log.'}
        {outcome?.kind === 'failed' && (
          <>
            <b>{outcome.error.code}</b> {outcome.error.message}
          </>
        )}
      </p>
      {outcome?.kind === 'failed' && contract.errors[outcome.error.code] && (
        <p className="soft small">
          <Words text={contract.errors[outcome.error.code]!.advice} />
        </p>
      )}
      {outcome?.kind === 'answer' && <Tree value={outcome.data} />}
      {outcome?.kind === 'failed' && outcome.error.details !== undefined && (
        <Tree value={outcome.error.details} name="details" />
      )}
    </div>
  );
}
