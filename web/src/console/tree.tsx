import { useState } from 'react';

/** Lists are long now and then: so many at first. */
const AT_FIRST = 50;
const OPEN_DEPTH = 2;

/** A value as a tree of elements. What people wrote is text here, whatever it looks like. */
export function Tree({ value, name, depth = 0 }: { value: unknown; name?: string; depth?: number }) {
  const [all, setAll] = useState(false);
  const label = name === undefined ? null : <span className="key">{name}: </span>;
  if (typeof value !== 'object' || value === null)
    return (
      <div className="leaf">
        {label}
        <span className={`value ${value === null ? 'null' : typeof value}`} dir="auto">
          {typeof value === 'string' ? JSON.stringify(value) : String(value)}
        </span>
      </div>
    );
  const entries: [string, unknown][] = Object.entries(value);
  const list = Array.isArray(value);
  if (entries.length === 0)
    return (
      <div className="leaf">
        {label}
        <span className="soft">{list ? '[ ]' : '{ }'}</span>
      </div>
    );
  const shown = all ? entries : entries.slice(0, AT_FIRST);
  return (
    <details className="branch" open={depth < OPEN_DEPTH}>
      <summary>
        {label}
        <span className="soft">{list ? `[${entries.length}]` : `{${entries.length}}`}</span>
      </summary>
      <div className="children">
        {shown.map(([key, one]) => (
          <Tree key={key} name={key} value={one} depth={depth + 1} />
        ))}
        {shown.length < entries.length && (
          <button type="button" className="link" onClick={() => setAll(true)}>
            {entries.length - shown.length} more
          </button>
        )}
      </div>
    </details>
  );
}
