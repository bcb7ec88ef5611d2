/** The colours of a page that does not follow the browser's preference. */
export type Theme = 'light' | 'dark';

/** The theme in the authorization parameter `theme`. Other values have no effect. */
export function themeOf(parameter: string | undefined): Theme | undefined {
  return parameter === 'light' || parameter === 'dark' ? parameter : undefined;
}

const light = `
  --canvas: #f5f4fb;
  --glow: #e4dfff;
  --card: #ffffff;
  --text: #1b1830;
  --muted: #5f5b76;
  --line: #dcd8ec;
  --field: #ffffff;
  --field-line: #8b86a6;
  --hover: #f4f1ff;
  --accent: #5a3fe0;
  --accent-strong: #4a30c8;
  --on-accent: #ffffff;
  --focus: #5a3fe0;
  --alert: #b3153a;
  --alert-back: #fdeff2;
  --alert-line: #f0b6c3;
  --note: #6b4a00;
  --note-back: #fff5dc;
  --note-line: #ecd08a;
  --shadow: 0 1px 2px rgb(27 24 48 / 6%), 0 12px 40px rgb(60 40 160 / 10%);
`;

const dark = `
  --canvas: #121019;
  --glow: #241c4a;
  --card: #1c1926;
  --text: #f1eff9;
  --muted: #aba6c0;
  --line: #363147;
  --field: #14121c;
  --field-line: #7d7797;
  --hover: #272236;
  --accent: #8c76ff;
  --accent-strong: #a08dff;
  --on-accent: #120c2c;
  --focus: #b3a4ff;
  --alert: #ff9db1;
  --alert-back: #34161f;
  --alert-line: #70303f;
  --note: #f3d28a;
  --note-back: #2c2413;
  --note-line: #5d4b20;
  --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 16px 48px rgb(0 0 0 / 35%);
`;

/** The colours as custom properties of a style sheet. */
export const pageColors = `
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
:root[data-theme="light"] { color-scheme: light; ${light} }
:root[data-theme="dark"] { color-scheme: dark; ${dark} }
`;
