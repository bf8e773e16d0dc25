import { z } from 'zod';

/** Fields that views of several features have. */

export const id = z.number().int().positive();
export const count = z.number().int().nonnegative();
export const timestamp = z.iso.datetime();
export const json = z.record(z.string(), z.unknown());
