import { Fragment, memo, type ReactNode } from 'react';
import { blocksOf, type Token } from './tokens';

function shown(token: Token, index: number): ReactNode {
  switch (token.kind) {
    case 'text':
      return <Fragment key={index}>{token.text}</Fragment>;
    case 'bold':
      return <strong key={index}>{token.children.map(shown)}</strong>;
    case 'italic':
      return <em key={index}>{token.children.map(shown)}</em>;
    case 'strike':
      return <s key={index}>{token.children.map(shown)}</s>;
    case 'code':
      return <code key={index}>{token.text}</code>;
    case 'mention':
      return (
        <span key={index} className="mention">
          {token.text}
        </span>
      );
    case 'link':
      return (
        <a key={index} href={token.href} target="_blank" rel="noopener noreferrer nofollow">
          {token.text}
        </a>
      );
  }
}

/** The text of a message: elements, never HTML. */
export const Text = memo(function Text({ content, names }: { content: string; names?: readonly string[] }) {
  return (
    <>
      {blocksOf(content, names).map((block, index, all) => {
        if (block.kind === 'fence')
          return (
            // A long line is scrolled inside the box, also by keyboard.
            <pre key={index} dir="ltr" tabIndex={0}>
              <code>{block.text}</code>
            </pre>
          );
        if (block.kind === 'quote')
          return (
            <blockquote key={index}>
              {block.lines.map((line, at) => (
                <Fragment key={at}>
                  {at > 0 && '\n'}
                  {line.map(shown)}
                </Fragment>
              ))}
            </blockquote>
          );
        return (
          <Fragment key={index}>
            {block.tokens.map(shown)}
            {all[index + 1]?.kind === 'line' && '\n'}
          </Fragment>
        );
      })}
    </>
  );
});

/** So much of a text is looked at for a preview of one line. */
const PREVIEWED = 300;

const textOf = (token: Token): string =>
  'children' in token ? token.children.map(textOf).join('') : token.text;

/** One line of plain text for previews: without marks of formatting. */
export function plainOf(content: string): string {
  const lines = blocksOf(content.slice(0, PREVIEWED)).map((block) => {
    if (block.kind === 'fence') return block.text;
    return (block.kind === 'quote' ? block.lines : [block.tokens]).flat().map(textOf).join('');
  });
  return lines.join(' ').replace(/\s+/g, ' ').trim();
}
