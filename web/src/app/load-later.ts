/** What comes right after the first sight of the page. */
export const later = () => import('./later');
