/** The colours of a portrait. */
export interface Palette {
  skin: string;
  hair: string;
  clothes: string;
  background: string;
}

/** A small picture of a person, as a data URL. */
export function portrait({ skin, hair, clothes, background }: Palette): string {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><path fill="${background}" d="M0 0h64v64H0z"/>` +
    `<path fill="${hair}" d="M18 30a14 15 0 0 1 28 0v13H18z"/><path fill="${clothes}" d="M10 64a22 18 0 0 1 44 0z"/>` +
    `<path fill="${skin}" d="M28 38h8v9a4 4 0 0 1-8 0z"/><ellipse fill="${skin}" cx="32" cy="31" rx="10" ry="12"/>` +
    `<path fill="${hair}" d="M21 29c1-13 21-13 22 0-5-1-9-3-11-6-2 3-6 5-11 6z"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
