const known = new Set<string>();

/** Adds rules that come with a chunk. The page's policy lets no style into the document as text. */
export function addStyles(css: string): void {
  if (known.has(css)) return;
  known.add(css);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
