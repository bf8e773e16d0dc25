import type { Request, RequestHandler, Response } from 'express';
import type { StaticFile } from './static-files.js';

/** A file as a request gets it, and the policy for pages that it is sent with. */
export interface Served {
  readonly file: StaticFile;
  /** `Content-Security-Policy`. */
  readonly policy: string;
  /** Whether only those get it who ask for HTML; the others get what the API answers. */
  readonly htmlOnly?: boolean;
}

/** Sends the files that are found by the path of a request, which is taken as it is written. Others go their way. */
export function serveFiles(find: (path: string) => Served | undefined): RequestHandler {
  return (request, response, next) => {
    const read = request.method === 'GET' || request.method === 'HEAD';
    const served = read ? find(request.path) : undefined;
    if (served === undefined) {
      next();
      return;
    }
    if (served.htmlOnly) {
      response.vary('Accept');
      if (request.accepts('json', 'html') !== 'html') {
        next();
        return;
      }
    }
    response.setHeader('Content-Security-Policy', served.policy);
    send(request, response, served.file);
  };
}

/** Express answers HEAD, and with 304 who has it. */
function send(request: Request, response: Response, { type, cache, forms }: StaticFile): void {
  const form =
    forms.find(({ packing }) => packing === 'identity' || request.acceptsEncodings(packing)) ?? forms.at(-1)!;
  response.setHeader('Content-Type', type);
  response.setHeader('Cache-Control', cache);
  response.setHeader('ETag', form.etag);
  if (forms.length > 1) response.vary('Accept-Encoding');
  if (form.packing !== 'identity') response.setHeader('Content-Encoding', form.packing);
  response.send(form.body);
}
