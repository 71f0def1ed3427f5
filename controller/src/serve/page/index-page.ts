/** What a browser sees where the page has not been built: every address there is. Pure. */
import { routes } from '../api/routes.ts';

export function renderIndex(version: string): string {
  const rows = Object.values(routes).map(({ method, path, summary }) => {
    const isLink = method === 'GET' && !path.includes('{');
    const address = isLink ? `<a href="${path}">${path}</a>` : path;
    return `<tr><td>${method}</td><td><code>${address}</code></td><td>${escapeText(summary)}</td></tr>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>testbed</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
td { padding: .25rem .75rem .25rem 0; vertical-align: top }
</style>
<h1>testbed ${escapeText(version)}</h1>
<p>This server runs scenarios one at a time. The page that shows them is not part of this build
(<code>npm run build</code> makes it); everything it shows can be asked for here.</p>
<table>
<thead><tr><th scope="col">Method</th><th scope="col">Address</th><th scope="col">What it does</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>
</html>
`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
