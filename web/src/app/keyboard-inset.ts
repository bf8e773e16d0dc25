/** More than that is zoom, not rounding. */
const ZOOMED = 1.01;

/**
 * Keeps `--keyboard-inset`: so many pixels at the bottom of the page lie under a keyboard on the screen. On an iPhone it
 * lies over the page; elsewhere the page becomes smaller by it (`interactive-widget` in index.html), and this is 0. Who
 * zooms in sees less of the page as well, and that is no keyboard.
 *
 * @returns the way to end it
 */
export function keepKeyboardInset(): () => void {
  const view = window.visualViewport;
  const { style } = document.documentElement;
  if (!view) return () => undefined;
  const measure = () => {
    const covered = view.scale > ZOOMED ? 0 : innerHeight - view.height - view.offsetTop;
    style.setProperty('--keyboard-inset', `${Math.max(0, Math.round(covered))}px`);
  };
  measure();
  view.addEventListener('resize', measure);
  view.addEventListener('scroll', measure);
  return () => {
    view.removeEventListener('resize', measure);
    view.removeEventListener('scroll', measure);
    style.removeProperty('--keyboard-inset');
  };
}
