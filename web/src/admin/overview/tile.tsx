import { CircleAlert } from '../../parts/icons';
import { lengthOf } from '../times';
import type { Figures } from './figures';
import type { Line } from './lines';
import { Sparkline } from './sparkline';
import { type Shown, textOf } from './units';

interface Props {
  title: string;
  /** What it is, for who does not know the word. */
  about: string;
  figures: readonly Figures[];
  of: (figures: Figures) => number | null;
  /** Another line of the same unit. */
  second?: { name: string; of: (figures: Figures) => number | null };
  /** What the first line is called where there are two. */
  name?: string;
  shown: (value: number) => Shown;
  atLeast: number;
  /** Below the number. */
  beside?: string;
  /** Where there is nothing to measure. */
  none?: string;
  fault?: string | undefined;
  now: number;
}

/** One figure: what it is now, how it was, and what is wrong with it. */
export function Tile(props: Props) {
  const { title, about, figures, of, second, name, shown, atLeast, beside, none = '–', fault, now } = props;
  const valueOf = (read: (figures: Figures) => number | null) =>
    figures.length === 0 ? null : read(figures.at(-1)!);
  const value = valueOf(of);
  const other = second ? valueOf(second.of) : null;
  const lineOf = (read: (figures: Figures) => number | null): Line['points'] =>
    figures.map((one) => ({ at: one.at, value: read(one) }));
  const all = figures.flatMap((one) => of(one) ?? []);
  const most = all.length > 0 ? Math.max(...all) : null;
  const length = figures.length > 1 ? lengthOf(figures.at(-1)!.at - figures[0]!.at) : null;
  const label =
    most === null
      ? `${title}: nothing measured yet`
      : `${title}: between ${textOf(shown(Math.min(...all)))} and ${textOf(shown(most))}${length ? ` in the last ${length}` : ''}`;
  return (
    <section className={fault ? 'tile bad' : 'tile'} aria-label={title}>
      <h3 title={about}>
        {title}
        <span className="hidden">: {about}</span>
      </h3>
      <p className="figure">
        {value === null ? (
          <span className="none">{none}</span>
        ) : (
          <>
            <span className="number">{shown(value).number}</span>
            <span className="unit">
              {shown(value).unit}
              {name && <span className="soft"> {name}</span>}
            </span>
          </>
        )}
        {second && other !== null && (
          <span className="other">
            {textOf(shown(other))} <span className="soft">{second.name}</span>
          </span>
        )}
      </p>
      {(beside !== undefined || !fault) && <p className="beside soft">{beside ?? '\u00a0'}</p>}
      {fault && (
        <p className="verdict">
          <CircleAlert size={16} />
          {fault}
        </p>
      )}
      <Sparkline
        lines={[...(second ? [{ points: lineOf(second.of), second: true }] : []), { points: lineOf(of) }]}
        atLeast={atLeast}
        label={label}
        now={now}
      />
      <p className="axis soft" aria-hidden="true">
        <span>{length ?? ''}</span>
        <span>{most === null ? '' : `most ${textOf(shown(most))}`}</span>
      </p>
    </section>
  );
}
