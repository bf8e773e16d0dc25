// Before the first paint, so that no page flashes in the other theme.
{
  let theme = null;
  try {
    theme = globalThis.localStorage.getItem('docs-theme');
  } catch {
    // No storage: the theme of the system.
  }
  if (theme === 'light' || theme === 'dark') globalThis.document.documentElement.dataset.theme = theme;
}
