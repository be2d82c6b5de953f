// Where the dashboard is: below which path the server is reached, and which workspace the address names.

const said = document.querySelector<HTMLMetaElement>('meta[name=socialclaw-root]')?.content ?? '';

/** The path of the dashboard, without a slash at its end. */
export const HOME = said.startsWith('/') ? said.replace(/\/$/, '') : '/dashboard';

/** What the API's paths are appended to. */
export const ROOT = `${location.origin}${HOME.replace(/\/dashboard$/, '')}`;

/** The workspace is in the address, so that two tabs can show two of them. */
export function workspaceOfAddress(): string | undefined {
  const found = location.pathname.slice(HOME.length).match(/^\/w\/([^/]+)/);
  return found?.[1] ? decodeURIComponent(found[1]) : undefined;
}

/** A file of our own server by its path alone: the server may be known to this browser by another name. */
export function ownPath(url: string): string {
  try {
    const { pathname, search } = new URL(url);
    return /\/(media|sandbox|exports)\//.test(pathname) ? pathname + search : url;
  } catch {
    return url;
  }
}
