import type { Fault } from './check';
import { nullable, type Schema } from './contract';
import { offered, sortOf } from './seen';
import { type Kind, kindOf } from './texts';
import { Words } from './words';

interface Props {
  name: string;
  schema: Schema;
  required: boolean;
  text: string;
  /** The user who is meant where the field is empty. */
  self: string | null;
  faults: Fault[];
  change: (text: string) => void;
}

const NUMBER = new Intl.NumberFormat('en-GB');

const TAKES: Record<Kind, string> = {
  choice: 'choice',
  truth: 'true or false',
  id: 'id',
  number: 'number',
  list: 'list, with commas',
  json: 'JSON',
  text: 'text',
  long: 'text',
};

function hintOf({ schema, orNull }: ReturnType<typeof nullable>): string {
  const { minimum, maximum, maxLength, maxItems } = schema;
  const safe = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return [
    schema.description,
    safe && minimum !== undefined ? `${minimum} to ${maximum}.` : '',
    maxLength !== undefined ? `At most ${NUMBER.format(maxLength)} characters.` : '',
    maxItems !== undefined ? `At most ${maxItems}.` : '',
    orNull && !/null/.test(schema.description ?? '') ? 'May be null.' : '',
  ]
    .filter(Boolean)
    .join(' ');
}

/** A field of the input, made from its schema. */
export function Field({ name, schema: written, required, text, self, faults, change }: Props) {
  const kind = kindOf(written);
  const plain = nullable(written);
  const { schema } = plain;
  const id = `field-${name}`;
  const hint = hintOf(plain);
  const ids = kind === 'id' ? offered(name) : [];
  const given = schema.default === undefined || schema.default === '' ? '' : JSON.stringify(schema.default);
  const common = {
    id,
    value: text,
    'aria-required': required,
    'aria-invalid': faults.length > 0,
    'aria-describedby': `${id}-about`,
  };
  const placeholder = self !== null ? `${self}, the identity` : given && `${given} if left out`;
  return (
    <div className="one-field">
      <label htmlFor={id}>
        <span className="name">{name}</span>
        {required && <span className="needed">required</span>}
        <span className="soft takes">{TAKES[kind]}</span>
      </label>
      {kind === 'choice' || kind === 'truth' ? (
        <select {...common} className="field" onChange={(event) => change(event.currentTarget.value)}>
          <option value="">{given ? `${given} (left out)` : 'left out'}</option>
          {(kind === 'truth' ? ['true', 'false'] : schema.enum!.map(String)).map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
          {plain.orNull && <option value="null">null</option>}
        </select>
      ) : kind === 'json' || kind === 'long' ? (
        <textarea
          {...common}
          className={kind === 'json' ? 'field mono' : 'field'}
          rows={2}
          dir="auto"
          spellCheck={false}
          placeholder={
            kind === 'json' && !placeholder ? (schema.type === 'array' ? '[ ]' : '{ }') : placeholder
          }
          onInput={(event) => change(event.currentTarget.value)}
        />
      ) : (
        <input
          {...common}
          className="field"
          type={/password/i.test(name) ? 'password' : 'text'}
          inputMode={kind === 'number' ? 'numeric' : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholder}
          list={ids.length > 0 ? `${id}-seen` : undefined}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
      {ids.length > 0 && (
        <datalist id={`${id}-seen`}>
          {ids.map((one) => (
            <option key={one} value={String(one)}>
              {`${sortOf(name)} ${one}`}
            </option>
          ))}
        </datalist>
      )}
      <div id={`${id}-about`}>
        {faults.map(({ field, message }) => (
          <p className="fault" key={`${field} ${message}`}>
            {field !== name && <b>{field.slice(name.length + 1)} </b>}
            {message}
          </p>
        ))}
        {hint && (
          <p className="hint soft">
            <Words text={hint} />
          </p>
        )}
      </div>
    </div>
  );
}
