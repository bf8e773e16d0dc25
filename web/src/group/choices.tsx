interface Props<T extends string> {
  legend: string;
  name: string;
  options: Readonly<Record<T, string>>;
  value: T;
  change: (value: T) => void;
}

/** One of a few, each in a line of its own. */
export function Choices<T extends string>({ legend, name, options, value, change }: Props<T>) {
  return (
    <fieldset className="choices lines">
      <legend className="label">{legend}</legend>
      {(Object.entries(options) as [T, string][]).map(([one, text]) => (
        <label key={one}>
          <input type="radio" name={name} checked={value === one} onChange={() => change(one)} />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
