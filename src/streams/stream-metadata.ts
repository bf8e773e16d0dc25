import { AppError, metadataFault } from '../contract/index.js';

type Metadata = Record<string, unknown>;

/**
 * The metadata of a message that grows. They fit also with the longest word that an end adds to them, so no end fails
 * because of their size.
 *
 * @throws AppError VALIDATION_FAILED
 */
export function metadataOfGrowing(metadata: Metadata | undefined): Metadata {
  requireFitting({ ...metadata, streaming: 'interrupted' });
  return { ...metadata, streaming: true };
}

/** What was taken in two parts may be too much in one. @throws AppError VALIDATION_FAILED */
export function requireFitting(metadata: Metadata): void {
  const fault = metadataFault(metadata);
  if (fault) throw new AppError('VALIDATION_FAILED', { details: [{ path: 'metadata', message: fault }] });
}
