/** What a client wants to know of the page or the app that it lives in. */
export interface Attention {
  /** It is in front again. */
  shown: () => void;
  /** It went to the back, where timers may stand still and connections die unnoticed. */
  hidden: () => void;
  /** The network is back. */
  online: () => void;
}

/** Watches a page or an app. @returns the way to end it */
export type Watch = (attention: Attention) => () => void;

/** Watches a browser's page; does nothing where there is none. */
export const watchPage: Watch = ({ shown, hidden, online }) => {
  if (typeof document === 'undefined' || typeof addEventListener !== 'function') return () => undefined;
  const turned = () => (document.visibilityState === 'visible' ? shown() : hidden());
  document.addEventListener('visibilitychange', turned);
  addEventListener('pageshow', shown);
  addEventListener('online', online);
  return () => {
    document.removeEventListener('visibilitychange', turned);
    removeEventListener('pageshow', shown);
    removeEventListener('online', online);
  };
};

/**
 * Watches an app of React Native: `watchApp(AppState)`.
 * https://reactnative.dev/docs/appstate
 */
export function watchApp(appState: {
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void };
}): Watch {
  return ({ shown, hidden }) => {
    const subscription = appState.addEventListener('change', (state) =>
      state === 'active' ? shown() : hidden(),
    );
    return () => subscription.remove();
  };
}
