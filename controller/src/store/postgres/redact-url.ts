/**
 * A password never reaches a screen, a log or an error. People do not encode the `/`, `@` and `?`
 * of their passwords, so everything up to the last `@` is taken for it; where more than one reading
 * is left, only the scheme is shown.
 */
export function redactUrl(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(url)?.[0];
  if (scheme === undefined) return hidden;
  const rest = url.slice(scheme.length);
  const at = rest.lastIndexOf('@');
  const user = rest.slice(0, Math.max(at, 0));
  // Without an `@`, what follows the colon may be a password whose host was forgotten.
  if (at < 0 && !URL.canParse(url)) return scheme + hidden;
  // The last `@` may be one of a parameter: what stands after it may be the end of a secret.
  if (/[?#]/.test(user)) return scheme + hidden;
  const colon = user.indexOf(':');
  if (colon < 0 && user.includes('/')) return scheme + hidden;
  const shownUser = colon < 0 ? user : `${user.slice(0, colon)}:${hidden}`;
  return `${scheme}${shownUser}${redactQuery(rest.slice(Math.max(at, 0)))}`;
}

const hidden = '***';

/** Cuts from the first secret on: an unencoded `&` may be part of it. */
function redactQuery(text: string): string {
  const start = text.indexOf('?');
  if (start < 0) return text;
  const shown: string[] = [];
  for (const parameter of text.slice(start + 1).split('&')) {
    const name = parameter.split('=', 1)[0] ?? '';
    if (/pass|pwd|secret|%/i.test(name)) {
      shown.push(`${name}=${hidden}`);
      break;
    }
    shown.push(parameter);
  }
  return `${text.slice(0, start)}?${shown.join('&')}`;
}
