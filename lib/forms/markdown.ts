/** The markdown of `#@markdown` lines as HTML: headings, emphasis, code, links, rules, lists. Everything else is text. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in HTML, in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c]!);
}

/** HTML of one or more lines of markdown; HTML in it is shown as text, links are http(s) only. */
export function markdownToHtml(text: string): string {
  const html: string[] = [];
  let items: string[] = [];
  const endList = (): void => {
    if (items.length > 0) html.push(`<ul>${items.map((item) => `<li>${inline(item)}</li>`).join('')}</ul>`);
    items = [];
  };
  for (const line of text.split('\n').map((part) => part.trim())) {
    const item = /^[-*+] +(.+)$/.exec(line);
    const heading = /^(#{1,6}) +(.+)$/.exec(line);
    if (item !== null && !/^([-*_] *){3,}$/.test(line)) {
      items.push(item[1]!);
      continue;
    }
    endList();
    if (/^([-*_] *){3,}$/.test(line)) html.push('<hr>');
    else if (heading !== null)
      html.push(`<h${heading[1]!.length}>${inline(heading[2]!)}</h${heading[1]!.length}>`);
    else if (line !== '') html.push(`<p>${inline(line)}</p>`);
  }
  endList();
  return html.join('');
}

function inline(text: string): string {
  // Code first: its insides are not markdown.
  return text
    .split(/(`[^`]+`)/)
    .map((part) =>
      /^`[^`]+`$/.test(part) ? `<code>${escapeHtml(part.slice(1, -1))}</code>` : emphasised(part),
    )
    .join('');
}

function emphasised(text: string): string {
  return escapeHtml(text)
    .replace(/\[([^\]]+)\]\((https?:\/\/[^\s()]+)\)/g, '<a href="$2" target="_blank" rel="noopener">$1</a>')
    .replace(/\*\*(.+?)\*\*|__(.+?)__/g, (_, a?: string, b?: string) => `<b>${a ?? b}</b>`)
    .replace(/\*([^*]+)\*|\b_([^_]+)_\b/g, (_, a?: string, b?: string) => `<i>${a ?? b}</i>`);
}
