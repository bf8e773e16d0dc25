import { useRef, useState } from 'react';
import type { Config } from './contract';
import { codeOf, type Language, LANGUAGES } from './copy';
import type { Editor } from './editor';
import type { Identity } from './identities';
import type { Via } from './sending';

interface Props {
  config: Config;
  who: Identity | null;
  editor: Editor;
  via: Via;
}

const SHOWN_MS = 1_500;

/** The same command as a program. */
export function Code({ config, who, editor, via }: Props) {
  const [language, setLanguage] = useState<Language>('JavaScript');
  // What was copied: of another text it is not said.
  const [copied, setCopied] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const code = codeOf(language, config, who, { command: editor.command, input: editor.input ?? {}, via });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code);
      setCopied(code);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setCopied(null), SHOWN_MS);
    } catch {
      // Without the right to, the text stands there to be copied by hand.
      getSelection()?.selectAllChildren(document.getElementById('code')!);
    }
  };
  return (
    <section className="code" aria-label="As code">
      <div className="bar">
        <h2>Copy as</h2>
        <div className="tabs" role="group" aria-label="Language">
          {LANGUAGES.map((one) => (
            <button type="button" key={one} aria-pressed={one === language} onClick={() => setLanguage(one)}>
              {one}
            </button>
          ))}
        </div>
        <button type="button" className="button small" onClick={() => void copy()}>
          {copied === code ? 'Copied' : 'Copy'}
        </button>
      </div>
      <pre id="code" tabIndex={0} aria-label={language}>
        {code}
      </pre>
    </section>
  );
}
