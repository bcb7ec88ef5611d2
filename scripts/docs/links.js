import { posix } from 'node:path';

/** The anchor that GitHub gives a heading. */
function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

/**
 * The text of a page with its links: paths from the root of the repository become relative, RFCs lead to their text, and a
 * name that is a heading of one of the pages leads there.
 */
export function linkAll({ path, text }, pages) {
  const to = (target) => posix.relative(posix.dirname(path), target) || posix.basename(path);
  const anchors = new Map(
    pages.flatMap((page) =>
      page.names.map((name) => [name, `${page.path === path ? '' : to(page.path)}#${anchorOf(name)}`]),
    ),
  );
  let heading = '';
  const lines = text.split('\n').map((line) => {
    if (!line.startsWith('#')) return linkLine(line, { anchors, to, heading });
    heading = line;
    return line;
  });
  return lines.join('\n');
}

function linkLine(line, { anchors, to, heading }) {
  return line
    .replaceAll(/\]\((docs\/[^)#]+)/g, (_, target) => `](${to(target)}`)
    .replaceAll(/\bRFC (\d+)/g, '[RFC $1](https://www.rfc-editor.org/rfc/rfc$1)')
    .replaceAll(/(?<!\[|^\| )`([\w.]+)`/g, (code, name) =>
      anchors.has(name) && !heading.endsWith(` ${code}`) ? `[${code}](${anchors.get(name)})` : code,
    );
}
