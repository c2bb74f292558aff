/**
 * The token lives in the storage of this browser tab, and nowhere else: not in the address bar, not in the history,
 * not in storage that outlives the tab.
 */

const KEY = 'crm.token';

/** The token of the address `/#token=…`, which is taken out of the address, or else the one this tab already has. */
export function takeToken(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')?.trim();
  if (given) {
    keepToken(given);
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  return sessionStorage.getItem(KEY);
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}
