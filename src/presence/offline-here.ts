import { AppError } from '../contract/index.js';

/** A command needs a socket that is online as its user. */
export function offlineHere(command: string): AppError {
  return new AppError('CONFLICT', {
    message: `This socket is not online: send \`userOnline\` on it before \`${command}\`.`,
    details: [{ path: '', message: 'expected `userOnline` first, on this socket' }],
  });
}
