/** A page that is not drawn has no frames: it hears of things that late at most, in milliseconds. */
const WITHOUT_MS = 250;

/**
 * Calls something once, right before the next frame is drawn: however much comes within a frame, it is drawn once.
 */
export function nextFrame(work: () => void): void {
  const once = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    work();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, WITHOUT_MS);
}
