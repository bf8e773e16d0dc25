/** What a program reads and writes. */
export interface Terminal {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  errors: NodeJS.WritableStream;
}

/** The program was called wrongly. */
export class UsageError extends Error {}

export const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** @throws UsageError when it is no whole number */
export function wholeNumber(name: string, text: string | undefined): number {
  if (text === undefined || !/^\d{1,15}$/.test(text))
    throw new UsageError(`--${name}: expected a whole number, got ${text ?? 'nothing'}`);
  return Number(text);
}

export async function readAll(input: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
