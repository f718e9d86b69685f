// The board as a page: red and green, and readable without either.

import type { Board, State } from './board.ts'

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.5rem;border-bottom:1px solid #ccc}
.up{background:#e3f5e5}.down{background:#fde4e1}.up b{color:#0b5d1e}.down b{color:#8f1309}
@media(prefers-color-scheme:dark){body{color:#eee;background:#16181d}.up{background:#12331a}.down{background:#431612}.up b{color:#8be29b}.down b{color:#ffa79d}}`

const escaped = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)

const word = (up: boolean) => (up ? '<b>&#10003; up</b>' : '<b>&#10007; down</b>')

const row = ({ name, up, note }: State) =>
  `<tr class="${up ? 'up' : 'down'}"><th scope="row">${escaped(name)}</th><td>${word(up)}</td><td>${escaped(note)}</td></tr>`

export function page({ available, checkedMs, services }: Board): string {
  const checked = new Date(checkedMs).toISOString().replace(/\.\d+Z$/, 'Z')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="refresh" content="15"><title>${available ? 'Available' : 'Not available'} - Skyedge</title><style>${STYLE}</style></head>
<body><main><h1>Services of this node</h1>
<p class="${available ? 'up' : 'down'}" role="status">The node is ${word(available)}</p>
<table><thead><tr><th scope="col">Service</th><th scope="col">State</th><th scope="col">Note</th></tr></thead>
<tbody>${services.map(row).join('')}</tbody></table>
<p>Looked at <time datetime="${checked}">${checked}</time>; looks again every 15 seconds.</p></main></body></html>
`
}
