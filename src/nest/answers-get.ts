import type { Application } from 'express';

/** A layer of Express 5's router, which has no types of it. */
interface Layer {
  route?: { methods: Partial<Record<string, boolean>> };
  match(path: string): boolean;
}

/** Whether a route of the app answers a GET of this path. What a middleware would answer cannot be known. */
export function answersGet(app: Application, path: string): boolean {
  const layers = app.router.stack as unknown as Layer[];
  return layers.some((layer) => {
    const { get = false, _all: every = false } = layer.route?.methods ?? {};
    return (get || every) && layer.match(path);
  });
}
