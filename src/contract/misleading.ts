import { z } from 'zod';
import type { CommandDefinition } from './define.js';
import type { FieldFault } from './errors.js';

type Fields = Readonly<Record<string, unknown>>;

/** Fields that our views have, and that no command takes as input. */
const OF_VIEWS = ['createdAt', 'version', 'joinedAt'];

type Misleading = Map<string, string | { unless: unknown; error: string }>;

const isGiven = (input: Fields, field: string) =>
  Object.hasOwn(input, field) && input[field] !== null && input[field] !== undefined;

/** Whether an input is one of our views that is sent back: of it everything that is no input is ignored. */
export const isView = (input: Fields): boolean => OF_VIEWS.some((field) => isGiven(input, field));

/** The fields that a command does not take although they look as if they did something, with what to do instead. */
export function misleadingIn({ order, input, misleading = {} }: CommandDefinition): Misleading {
  const faults: Misleading = new Map(Object.entries(misleading));
  const takesMetadata = input instanceof z.ZodObject && 'metadata' in input.shape;
  if (order !== 'read' && !takesMetadata)
    faults.set('metadata', 'expected no `metadata`: it would not be kept');
  return faults;
}

/** Those that an input has. */
export function misledBy(fields: Misleading, input: unknown): FieldFault[] {
  if (typeof input !== 'object' || input === null || isView(input as Fields)) return [];
  return [...fields].flatMap(([path, rule]) => {
    if (!isGiven(input as Fields, path)) return [];
    if (typeof rule === 'string') return [{ path, message: rule }];
    return (input as Fields)[path] === rule.unless ? [] : [{ path, message: rule.error }];
  });
}
