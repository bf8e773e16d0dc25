import { ceiling, type Line, runsOf } from './lines';
import { KEPT_MS } from './nodes';

const WIDTH = 300;
const HEIGHT = 56;
const EDGE = 3;

const SHORTEST_MS = 60_000;

interface Props {
  lines: readonly Line[];
  /** The least value at the upper edge: what is below it is no mountain. */
  atLeast: number;
  /** What it shows, in words. */
  label: string;
  now: number;
}

/** A line over the last quarter of an hour, or as long as there is something. For eyes; its label says the same. */
export function Sparkline({ lines, atLeast, label, now }: Props) {
  const values = lines.flatMap(({ points }) => points.map(({ value }) => value ?? 0));
  const top = Math.max(atLeast, ceiling(Math.max(0, ...values)));
  const first = Math.min(
    now - SHORTEST_MS,
    ...lines.flatMap(({ points }) => points.slice(0, 1).map(({ at }) => at)),
  );
  const span = Math.min(KEPT_MS, now - first);
  const x = (at: number) => Math.round(Math.max(0, 1 - (now - at) / span) * WIDTH * 10) / 10;
  const y = (value: number) => Math.round((HEIGHT - EDGE - (value / top) * (HEIGHT - 2 * EDGE)) * 10) / 10;
  const pathOf = (run: readonly { at: number; value: number }[]) =>
    run.map(({ at, value }, index) => `${index === 0 ? 'M' : 'L'}${x(at)} ${y(value)}`).join('');
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <line className="ground" x1="0" x2={WIDTH} y1={HEIGHT - EDGE} y2={HEIGHT - EDGE} />
      {lines.map(({ points, second }, index) =>
        runsOf(points).map((run) => {
          const path = pathOf(run);
          const [from, to] = [x(run[0]!.at), x(run.at(-1)!.at)];
          return (
            <g key={`${index} ${run[0]!.at}`} className={second ? 'second' : undefined}>
              {!second && run.length > 1 && (
                <path className="area" d={`${path}L${to} ${HEIGHT - EDGE}L${from} ${HEIGHT - EDGE}Z`} />
              )}
              {/* A single point is a line of no length, which its round ends make a dot. */}
              <path className="line" d={run.length > 1 ? path : `${path}h0.01`} />
            </g>
          );
        }),
      )}
    </svg>
  );
}
