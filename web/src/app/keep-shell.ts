const WORKER = '/sw.js';

/** https://www.w3.org/TR/trusted-types/: what is needed of it here. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): unknown };
}

let kept = false;

/**
 * Has the browser keep the page for a time without network, where it can: over TLS, and on the machine itself. A plain
 * address is not taken as one of a script (Trusted Types): one policy lets this one through.
 */
export function keepShell(): void {
  if (kept || !import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  kept = true;
  const policy = (window as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('sw', {
    createScriptURL: (url) => {
      if (url !== WORKER) throw new TypeError(`Not the address of the service worker: ${url}`);
      return url;
    },
  });
  const url = (policy?.createScriptURL(WORKER) ?? WORKER) as string;
  // Without it the page works as well, as long as there is a network.
  navigator.serviceWorker.register(url, { updateViaCache: 'none' }).catch((error: unknown) => {
    console.warn(error);
  });
}

/** Whether the server has another version of this page by now. */
export async function isOutdated(): Promise<boolean> {
  const answer = await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-cache' });
  const html = answer.ok ? await answer.text() : '';
  // The server may show no page any more.
  if (!html.includes('id="app"')) return false;
  const mine = document.querySelectorAll('script[src], link[rel="stylesheet"][href]');
  return [...mine].some((one) => !html.includes(`"${one.getAttribute('src') ?? one.getAttribute('href')}"`));
}
